// Making elements. Text only ever becomes text nodes, so that nothing from a repository can become markup.

/** h("a", {href: "#", onclick: f}, "text", [more]): null and false children are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A comment of the contract: paragraphs and bullets, with `code` set as code. */
export function prose(text) {
  const blocks = [];
  for (const block of text.split(/\n\s*\n/)) {
    const [first, ...bullets] = block.split(/^\* /m);
    if (first.trim()) blocks.push(h("p", {}, inline(first)));
    if (bullets.length) blocks.push(h("ul", {}, bullets.map((bullet) => h("li", {}, inline(bullet)))));
  }
  return blocks;
}

export function inline(text) {
  return text
    .replace(/\s+/g, " ")
    .trim()
    .split(/(`[^`]+`|\b[A-Z]{2,}(?:_[A-Z]+)+\b|\bUN[A-Z]{6,}\b|\bABORTED\b)/)
    .map((part, index) => (index % 2 ? h("code", {}, part.replaceAll("`", "")) : part));
}

let spoken;
/** Tells people who use a screen reader. */
export function say(text) {
  spoken ??= document.getElementById("live");
  spoken.textContent = "";
  setTimeout(() => (spoken.textContent = text), 50);
}

/** A web address from the provider as a link, where it is one of the web. */
export function link(url, text = url) {
  return /^https?:\/\//i.test(url) ? h("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, text) : text;
}

export function copyButton(text, label, shown = "Copy") {
  const button = h("button", { type: "button", class: "quiet", "aria-label": `Copy ${label}` }, shown);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
      say(`Copied ${label}.`);
    } catch {
      button.textContent = "Select it and copy";
    }
    setTimeout(() => (button.textContent = shown), 2000);
  });
  return button;
}
