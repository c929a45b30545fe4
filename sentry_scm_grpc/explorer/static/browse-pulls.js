// The pull requests of a repository: a list by state, with how each stands.
import { h } from "./dom.js";
import { none, paged, short, when } from "./browse-parts.js";
import { allReviewsTag, rollupTag, stateTag, unknown, userName } from "./browse-pull-parts.js";

const STATES = { open: "Open", closed: "Closed", merged: "Merged", all: "All" };
const ASKED = { open: "PULL_REQUEST_STATE_OPEN", closed: "PULL_REQUEST_STATE_CLOSED", merged: "PULL_REQUEST_STATE_MERGED" };
/** Filters of the address, with the field of the request. */
const FILTERS = { author: "author", base: "base", head: "head", commit: "commit_sha" };
// Most providers are asked about each of a page.
const PAGE = 25;

export async function pulls(view, content) {
  const state = view.params.state in STATES ? view.params.state : "open";
  const filters = Object.entries(FILTERS).filter(([name]) => view.params[name]);
  const request = { repository_id: view.at.repository, page_size: PAGE, ...(ASKED[state] && { state: ASKED[state] }), ...Object.fromEntries(filters.map(([name, field]) => [field, view.params[name]])) };
  const list = h("ul", { class: "commits pulls", hidden: true });
  const said = h("p", { class: "help", role: "status" });
  const notes = h("div", {});
  content.append(states(view, state), filterLine(view, filters), said, notes, list);
  let count = 0;
  const standings = [];
  await paged(view, content, "ListPullRequests", request, "pull_requests", (found, got) => {
    count += found.length;
    list.hidden = !count;
    said.textContent = count || got.next_page_token ? `${count.toLocaleString()}${got.next_page_token ? " and more" : ""} ${count === 1 ? "pull request" : "pull requests"}` : "";
    const places = new Map(found.map((pull) => [String(pull.number), h("span", { class: "aside standing" })]));
    list.append(...found.map((pull) => item(view, pull, places.get(String(pull.number)))));
    if (found.length) standings.push(stand(view, places, notes));
  }, filters.length || state !== "all" ? "There is none of these." : "The repository has no pull requests.");
  await Promise.all(standings);
}

function states(view, chosen) {
  const links = Object.entries(STATES).map(([state, label]) => h("a", { class: "button", href: view.to("pulls", { ...view.params, ref: "", state }), "aria-current": state === chosen && "true" }, label));
  return h("nav", { class: "filters", "aria-label": "State of the pull requests" }, links);
}

function filterLine(view, filters) {
  if (!filters.length) return "";
  const words = filters.map(([name], index) => [index > 0 && ", ", `${name} `, h("code", {}, short(view.params[name]))]);
  return h("p", { class: "help" }, "Only those with ", words, ". ", h("a", { href: view.to("pulls", { ref: "", state: view.params.state }) }, "Show all"));
}

function item(view, pull, place) {
  const address = view.to("pull", { ref: "", number: pull.number });
  const branch = (side) => h("code", {}, side?.branch || "unknown");
  return h("li", {},
    h("span", { class: "title" }, stateTag(pull), " ", h("a", { class: "name", href: address }, pull.title || "(no title)"), (pull.labels ?? []).map((name) => [" ", h("span", { class: "tag" }, name)])),
    place,
    h("span", { class: "help" }, `#${pull.number} · `, h("strong", {}, userName(pull.author)), " ",
      pull.created_at && ["opened ", when(pull.created_at), " · "], pull.updated_at && ["changed ", when(pull.updated_at), " · "],
      branch(pull.head), pull.head?.is_fork && " of a fork", " → ", branch(pull.base)));
}

/** Says at each how it stands. Where that cannot be told, the list is still one. */
async function stand(view, places, notes) {
  try {
    const { statuses = [] } = await view.ask("BatchGetPullRequestStatus", { repository_id: view.at.repository, numbers: [...places.keys()] });
    for (const status of statuses) {
      const place = places.get(String(status.number));
      if (status.error) place?.append(unknown(status.error.reason));
      else place?.append(...[allReviewsTag(status), " ", rollupTag(status.checks)].flat(9).filter(Boolean));
    }
  } catch (failure) {
    if (!failure.status) throw failure;
    if (failure.status !== "CANCELLED") notes.replaceChildren(none(`Checks and reviews are not shown: ${failure.message}`));
  }
}
