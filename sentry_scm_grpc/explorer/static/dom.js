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

const SHAPES = {
  folder: "M1.5 3h4l1.5 1.5h7.5v9h-13z",
  file: "M3 1.5h6.5l3.5 3.5v9.5h-10zM9.5 1.5v3.5h3.5",
  link: "M3 1.5h10v13h-10zM6 10l4-4M7 6h3v3",
  module: "M2 2h12v12h-12zM5 5h6v6h-6z",
};

/** A small picture beside a name that says the same. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  for (const [attribute, value] of [["viewBox", "0 0 16 16"], ["class", `icon ${name}`], ["aria-hidden", "true"]]) svg.setAttribute(attribute, value);
  svg.append(path);
  return svg;
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
