// One pull request: its conversation, commits, files and checks, each at an address of its own.
import { h, link, say } from "./dom.js";
import { Changes } from "./browse-changes.js";
import { checks } from "./browse-checks.js";
import { item } from "./browse-commits.js";
import { incomplete, none, paged, short, when } from "./browse-parts.js";
import { allReviewsTag, comment, notTold, reviewTag, rollupTag, stateTag, unknown, userName } from "./browse-pull-parts.js";
import { thread, Threads, placeOf, untold } from "./browse-threads.js";

const PARTS = { commits, files, checks };
export const TABS = [["Conversation", ""], ["Commits", "commits"], ["Files", "files"], ["Checks", "checks"]];

export async function pull(view, content) {
  const { number = "", tab } = view.params;
  if (!/^\d{1,18}$/.test(number)) return void content.append(none("The address names no pull request."));
  const got = await view.ask("GetPullRequest", { repository_id: view.at.repository, number });
  view.name(`${got.title || "(no title)"} #${number}`);
  content.append(intent(view, got));
  await (PARTS[tab] ?? conversation)(view, content, got);
}

/** "open: Ada wants to merge topic into main". */
function intent(view, got) {
  const branch = (side) => [side?.is_fork && [h("code", {}, side.repository || "a fork"), ":"], h("code", {}, side?.branch || "unknown")];
  const verb = { PULL_REQUEST_STATE_MERGED: "proposed, and it was merged,", PULL_REQUEST_STATE_CLOSED: "proposed" }[got.state] ?? "proposes";
  return h("p", { class: "sum" }, stateTag(got), " ", h("strong", {}, userName(got.author)), ` ${verb} to merge `, branch(got.head), " into ", branch(got.base), got.web_url && [" · ", link(got.web_url, "web page")]);
}

// ---- conversation ------------------------------------------------------------------------------------------------

const MERGEABILITY = { MERGEABILITY_MERGEABLE: "can be merged", MERGEABILITY_CONFLICTS: "has conflicts", MERGEABILITY_BLOCKED: "blocked by a rule" };

async function conversation(view, content, got) {
  const standing = h("dl", { class: "facts" }, facts(view, got));
  const list = h("ol", { class: "timeline" });
  const notes = h("div", {});
  const more = h("div", { class: "more" });
  content.append(standing, list, notes, more);
  const entries = [];
  list.append(h("li", {}, comment({ ...got, updated_at: undefined, web_url: "" }, "opened it")));
  const sources = [
    source("ListPullRequestComments", "comments", (one) => ({ at: one.created_at, element: comment(one, answers(entries, one)), one })),
    source("ListReviewThreads", "threads", (one) => ({ at: one.comments?.[0]?.created_at, element: thread(one, view.to("pull", { ref: "", number: got.number, tab: "files", file: placeOf(one).path })), thread: one })),
    source("ListReviews", "reviews", (one) => ({ at: one.submitted_at, element: review(one) })),
  ];
  await Promise.all([stand(view, standing, got), turn(sources)]);

  /** Reads a page of each list that goes on, and puts everything into the order of time. */
  async function turn(lists) {
    more.replaceChildren();
    const before = entries.length;
    await Promise.all(lists.map((one) => view.guard(() => one.read(view, got.number, entries), notes)));
    // Nothing is said of the order of what has no time: it stays at the end.
    const sorted = [...entries].sort((one, other) => timeOf(one) - timeOf(other));
    list.replaceChildren(list.firstChild, ...sorted.map(({ element }) => h("li", {}, element)));
    const told = untold(entries.map((entry) => entry.thread).filter(Boolean));
    if (!notes.querySelector(".none")) notes.prepend(...told);
    const rest = sources.filter(({ next }) => next);
    if (rest.length) more.replaceChildren(none("There is more. What has not been read yet may belong between what is shown."), button(rest));
    return entries.length - before;
  }

  function button(rest) {
    const next = async (event) => {
      event.target.disabled = true;
      say(`${await turn(rest)} more.`);
      (more.querySelector("button") ?? view.heading).focus({ preventScroll: true });
    };
    return h("button", { type: "button", class: "quiet", onclick: next }, "More of the conversation");
  }
}

const timeOf = ({ at }) => (at ? Date.parse(at) : Infinity);

/** A list of which a page is read at a time. ``next`` is the token of the next page, "" at the end. */
function source(rpc, items, entry) {
  return {
    next: "",
    async read(view, number, entries) {
      const found = await view.ask(rpc, { repository_id: view.at.repository, number, page_size: 100, ...(this.next && { page_token: this.next }) });
      this.next = found.next_page_token ?? "";
      for (const one of found[items] ?? []) entries.push(entry(one));
    },
  };
}

function answers(entries, { in_reply_to: id }) {
  if (!id) return "commented";
  const asked = entries.find(({ one }) => one?.id === id)?.one;
  return asked ? `answered ${userName(asked.author)}` : "answered";
}

function review(one) {
  const { author, group, submitted_at: at, commit_sha: sha } = one;
  const tags = [reviewTag(one), sha && [" at ", h("code", {}, short(sha))]];
  const name = group ? { name: group } : author;
  if (one.body) return comment({ ...one, author: name, created_at: at }, "reviewed", ...tags);
  return h("p", { class: "event" }, h("strong", {}, userName(name)), " reviewed ", at ? when(at) : unknown("at a time that is not told"), tags.map((tag) => [" ", tag]), one.web_url && [" · ", link(one.web_url, "web page")]);
}

const fact = (name, value) => value && [h("dt", {}, name), h("dd", {}, value)];

/** What is known of the pull request, and what the provider does not tell. */
function facts(view, got) {
  const isOpen = !/CLOSED|MERGED/.test(got.state);
  const isMerged = got.state === "PULL_REQUEST_STATE_MERGED";
  const time = (at) => (at ? [new Date(at).toLocaleString(), " · ", when(at)] : notTold());
  const commit = (sha) => (sha ? h("a", { href: view.to("commit", { ref: "", sha }) }, h("code", {}, short(sha))) : notTold());
  return [
    fact("opened", time(got.created_at)),
    fact("last change", time(got.updated_at)),
    fact(isMerged ? "merged" : "closed", !isOpen && time(got.merged_at ?? got.closed_at)),
    fact("merge commit", isMerged && commit(got.merge_commit_sha)),
    fact("head", commit(got.head?.commit_sha)),
    fact("draft", got.draft === undefined && notTold()),
    fact("merge", isOpen && [MERGEABILITY[got.mergeability] ?? unknown("not known, or not worked out yet"), got.mergeability_detail && [" ", h("code", {}, got.mergeability_detail)]]),
    fact("labels", got.labels?.length > 0 && got.labels.map((name) => [h("span", { class: "tag" }, name), " "])),
    fact("reviewers", got.reviewers?.length > 0 && got.reviewers.map((one, index) => [index > 0 && h("br"), one.group || userName(one.user), " ", reviewTag(one), one.required && [" ", h("span", { class: "tag" }, "required")]])),
  ];
}

/** One state for all checks, and one for all reviews. */
async function stand(view, place, got) {
  try {
    const { statuses: [status] = [] } = await view.ask("BatchGetPullRequestStatus", { repository_id: view.at.repository, numbers: [got.number] });
    if (status?.error) throw Object.assign(new Error(status.error.message), { status: status.error.reason });
    const all = [fact("reviews", allReviewsTag(status) ?? unknown("none asked for, or not told")), fact("checks", [rollupTag(status.checks), " ", h("a", { href: view.to("pull", { ref: "", number: got.number, tab: "checks" }) }, "all checks")])];
    place.append(...all.flat());
  } catch (failure) {
    if (!failure.status) throw failure;
    if (failure.status !== "CANCELLED") place.append(...fact("checks", unknown(`not known: ${failure.message}`)));
  }
}

// ---- commits and files -------------------------------------------------------------------------------------------

async function commits(view, content, { number }) {
  const list = h("ul", { class: "commits", hidden: true });
  content.append(list);
  let cut = null;
  await paged(view, content, "ListPullRequestCommits", { repository_id: view.at.repository, number }, "commits", (found, got) => {
    list.append(...found.map((one) => item(view, one)));
    list.hidden = !list.childNodes.length;
    if (!cut && (cut = incomplete(got, "the commits"))) list.before(cut);
  }, "The pull request has no commits.");
}

async function files(view, content, { number, head }) {
  const threads = new Threads(view, number);
  const place = h("div", {});
  content.append(threads.notes, place, threads.elsewhere);
  await threads.read();
  // The provider does not tell the merge base, so there is no address of a file before the changes.
  const versions = { before: "", after: head?.commit_sha ?? "" };
  await new Changes(view, place, { rpc: "ListPullRequestFiles", request: { number }, stream: "StreamPullRequestDiff", diff: { number }, ...versions, threads, nothing: "No file differs." }).load();
}
