// What the views of pull requests show alike: states in words, people, comments, and what the provider does not tell.
import { h, link } from "./dom.js";
import { when } from "./browse-parts.js";

/** [class, words] by the contract's value. A value that is not here, and one that is unset, is not known. */
const STATES = {
  PULL_REQUEST_STATE_OPEN: ["open", "open"],
  PULL_REQUEST_STATE_CLOSED: ["closed", "closed"],
  PULL_REQUEST_STATE_MERGED: ["merged", "merged"],
};
const CHECKS = {
  CHECK_STATE_PENDING: ["waits", "○ pending"],
  CHECK_STATE_RUNNING: ["waits", "● running"],
  CHECK_STATE_SUCCESS: ["good", "✓ passed"],
  CHECK_STATE_FAILURE: ["bad", "✗ failed"],
  CHECK_STATE_ERROR: ["bad", "✗ error"],
  CHECK_STATE_CANCELLED: ["ended", "⊘ cancelled"],
  CHECK_STATE_SKIPPED: ["ended", "⊘ skipped"],
  CHECK_STATE_NEUTRAL: ["ended", "– neutral"],
};
const REVIEWS = {
  REVIEW_STATE_PENDING: ["waits", "○ has not answered"],
  REVIEW_STATE_COMMENTED: ["ended", "– commented"],
  REVIEW_STATE_APPROVED: ["good", "✓ approved"],
  REVIEW_STATE_CHANGES_REQUESTED: ["bad", "✗ wants changes"],
  REVIEW_STATE_DISMISSED: ["ended", "⊘ dismissed"],
};
const ALL_REVIEWS = {
  REVIEW_STATE_PENDING: ["waits", "○ review pending"],
  REVIEW_STATE_APPROVED: ["good", "✓ approved"],
  REVIEW_STATE_CHANGES_REQUESTED: ["bad", "✗ changes requested"],
};

const tag = ([kind, words], title) => h("span", { class: `tag ${kind}`, title }, words);
export const unknown = (what) => h("span", { class: "help" }, what);
export const notTold = () => unknown("not told by the provider");

/** A draft is open. */
export const stateTag = ({ state, draft }) => tag(draft ? ["ended", "draft"] : (STATES[state] ?? ["ended", "state not known"]));

/** The state of one check. ``derived`` says that it is our reading of the provider's word. */
export const checkTag = ({ state, vendor_state: word, derived }) =>
  CHECKS[state] ? tag(CHECKS[state], word && (derived ? `our reading of “${word}”` : word)) : unknown(word ? `state not known: ${word}` : "state not known");

/** One state for all that is reported on a commit. Unset: the provider does not have the commit, or was not asked. */
export function rollupTag(rollup) {
  if (!rollup) return unknown("checks not known");
  const cut = rollup.incomplete && ["; not everything was read ", h("code", {}, rollup.incomplete_reason)];
  return [CHECKS[rollup.state] ? tag(CHECKS[rollup.state], rollup.vendor_state) : unknown("no checks reported"), cut && unknown(cut)];
}

export const reviewTag = ({ state, detail }) => (REVIEWS[state] ? tag(REVIEWS[state], detail) : unknown(detail ? `answer: ${detail}` : "answer not told"));

/** One state for all reviews; null where none was asked for, and where the provider does not tell. */
export const allReviewsTag = ({ reviews, reviews_derived: derived }) => (ALL_REVIEWS[reviews] ? tag(ALL_REVIEWS[reviews], derived && "worked out from the answers of the reviewers") : null);

export const userName = (user) => user?.name || user?.login || user?.id || "unknown";

// Of a longer text, the rest is shown by a button.
const MAX_SHOWN = 6000;

/** A text as it was written: its Markdown is not drawn. */
export function words(text) {
  const element = h("div", { class: "words" }, text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) : text);
  if (text.length <= MAX_SHOWN) return element;
  const showAll = () => element.replaceChildren(text);
  element.append(" … ", h("button", { type: "button", class: "quiet", onclick: showAll }, `Show all ${text.length.toLocaleString()} characters`));
  return element;
}

/** What somebody wrote. ``did`` says how: "commented". */
export function comment({ author, body, created_at: at, updated_at: edited, web_url: url }, did, ...tags) {
  const name = userName(author);
  return h("article", { class: "comment", "aria-label": `${name} ${did}` },
    h("p", { class: "wrote" },
      h("strong", {}, name), ` ${did} `, at ? when(at) : unknown("at a time that is not told"),
      at && edited && Date.parse(edited) > Date.parse(at) && [" · edited ", when(edited)],
      tags.map((one) => [" ", one]), url && [" · ", link(url, "web page")]),
    body ? words(body) : h("div", { class: "words" }, unknown("No text.")));
}
