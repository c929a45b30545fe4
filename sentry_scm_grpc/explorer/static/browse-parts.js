// What several views of Browse show alike: lists that grow, what a list lacks, people and dates.
import { h, say } from "./dom.js";
import { explain } from "./failures.js";

export const short = (sha) => (/^[0-9a-f]{40,64}$/.test(sha ?? "") ? sha.slice(0, 10) : (sha ?? ""));
export const firstLine = (text) => (text ?? "").split("\n", 1)[0];
export const person = (author) => author?.name || author?.email || author?.external_id || "unknown";
export const none = (text) => h("p", { class: "none" }, text);

// What to do where no form was filled in.
const ADVICE = { INVALID_ARGUMENT: "The address asks for something that the API does not take. Change the ref, the path or the text to find." };

/** What the server said, where the content would be, and a button that tries again. */
export const refused = (failure, again) =>
  h("div", { class: "refused" }, explain(failure, [], ADVICE), h("p", {}, h("button", { type: "button", class: "quiet", onclick: again }, "Try again")));

/** Says that a list is cut, and by what: nothing may look like all where it is not. */
export const incomplete = (got, what) =>
  got.incomplete && h("p", { class: "notice" }, `The provider gave only a part of ${what}. `, h("code", {}, got.incomplete_reason));

export const bytes = (count) => {
  const size = Number(count ?? 0);
  if (size < 1024) return `${size} B`;
  return size < 1048576 ? `${(size / 1024).toFixed(1)} KiB` : `${(size / 1048576).toFixed(1)} MiB`;
};

/** {text} of the bytes of an answer, which are base64; ``text`` is null where they are no text. */
export function textOf(content) {
  const raw = Uint8Array.from(atob(content ?? ""), (character) => character.charCodeAt(0));
  return { text: raw.subarray(0, 8000).includes(0) ? null : new TextDecoder().decode(raw) };
}

const STEPS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]];

export function ago(text) {
  const seconds = (Date.now() - Date.parse(text)) / 1000;
  if (Number.isNaN(seconds)) return "";
  const [unit, size] = STEPS.find(([, size]) => seconds >= size) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" }).format(-Math.floor(seconds / size), unit);
}

export const when = (text) => text && h("time", { datetime: text, title: new Date(text).toLocaleString() }, ago(text));

/**
 * Fills ``place`` with a list that pages: ``add(items, got)`` is given each page. A button asks for the next one.
 * ``nothing`` is said of a list that is empty, whole and not cut. While ``goesOn`` says so, the next page is asked at once.
 */
export async function paged(view, place, rpc, request, items, add, nothing, goesOn = () => false) {
  let count = 0;
  let last = "";
  const more = h("div", { class: "more" });
  async function turn(token) {
    const got = await view.ask(rpc, { page_size: 100, ...request, ...(token && { page_token: token }) });
    const found = got[items] ?? [];
    count += found.length;
    add(found, got);
    if (nothing && !count && !got.next_page_token && !got.incomplete) place.append(none(nothing));
    last = got.next_page_token;
    more.replaceChildren();
    if (got.next_page_token) {
      const button = h("button", { type: "button", class: "quiet", onclick: () => next(button, got.next_page_token) }, "More");
      more.append(button);
    }
    place.append(more);
    return found.length;
  }
  const next = async (button, token) => {
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    await view.guard(async () => {
      const found = await turn(token);
      say(`${found} more.`);
      (more.querySelector("button") ?? view.heading).focus({ preventScroll: true });
    }, more);
    button.removeAttribute("aria-disabled");
  };
  await turn("");
  while (last && goesOn()) await turn(last);
}
