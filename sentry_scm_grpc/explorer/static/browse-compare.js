// Two refs compared: the commits that one has and the other lacks, and the files that differ, with their diffs.
import { h } from "./dom.js";
import { viewAddress } from "./address.js";
import { Changes } from "./browse-changes.js";
import { item } from "./browse-commits.js";
import { incomplete, none, paged, short } from "./browse-parts.js";
import { refField } from "./browse-refs.js";

// Where the comparison of files begins, by the dots that git writes.
const STARTS = { 3: "COMPARISON_START_MERGE_BASE", 2: "COMPARISON_START_BASE" };
const WORDS = { 3: "... what head changed since the two parted", 2: ".. all differences between the two" };
// More commits are folded away, so that the files are in sight.
const OPEN = 10;

export async function compare(view, content) {
  const { base = "", head = "" } = view.params;
  const dots = view.params.dots === "2" ? 2 : 3;
  const chosen = form(view, base, head, dots);
  content.append(chosen);
  if (!base || !head) return void content.append(none("Choose two branches, tags or SHAs."));
  const commits = h("div", {});
  const files = h("div", {});
  content.append(commits, files);
  const found = { base_sha: base, head_sha: head, merge_base_sha: "" };
  await view.guard(() => listCommits(view, commits, { base, head }, found), commits);
  const ends = { base: found.base_sha || base, head: found.head_sha || head, start: STARTS[dots] };
  const before = dots === 2 ? ends.base : found.merge_base_sha;
  await new Changes(view, files, { rpc: "ListComparedFiles", request: ends, diff: ends, before, after: ends.head, nothing: "No file differs." }).load();
}

function form(view, base, head, dots) {
  const field = (label, name, value) => h("div", { class: "end" }, h("span", { class: "help", "aria-hidden": "true" }, label), refField(view, { label, name, value }));
  const start = h("select", { name: "dots" }, Object.keys(WORDS).reverse().map((count) => h("option", { value: count, selected: Number(count) === dots }, WORDS[count])));
  const to = (params) => viewAddress("compare", view.at.repository, { ...params, layout: view.params.layout });
  const go = (event) => {
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, value.trim()]));
    location.hash = to({ ...given, dots: given.dots === "3" ? "" : given.dots });
  };
  const known = view.repository?.default_branch ?? "";
  return h("form", { class: "ends", role: "search", "aria-label": "Compare", onsubmit: go },
    field("Base", "base", base || known), h("label", { class: "end start" }, h("span", { class: "help" }, "Files"), start), field("Head", "head", head),
    h("span", { class: "buttons" }, h("button", { class: "quiet" }, "Compare"),
      base && head && h("a", { class: "button", href: to({ base: head, head: base, dots: dots === 3 ? "" : "2" }) }, "Swap")));
}

async function listCommits(view, place, { base, head }, found) {
  const list = h("ul", { class: "commits" });
  const summary = h("summary", {});
  const box = h("details", {}, summary, list);
  const sum = h("p", { class: "sum" });
  place.append(sum, box);
  let count = 0;
  await paged(view, box, "CompareCommits", { repository_id: view.at.repository, base, head }, "commits", (commits, got) => {
    count += commits.length;
    list.append(...commits.map((commit) => item(view, commit)));
    const total = got.ahead_by ?? count;
    summary.textContent = `${total.toLocaleString()}${got.ahead_by === undefined && got.next_page_token ? " and more" : ""} ${total === 1 ? "commit" : "commits"}`;
    if (count > commits.length) return;
    Object.assign(found, got);
    sum.replaceChildren(...parted(view, base, head, got));
    box.open = count <= OPEN && !got.next_page_token;
    box.hidden = !count;
    const cut = incomplete(got, "the commits");
    if (cut) place.append(cut);
    else if (!count) sum.prepend(`${head} has no commit that ${base} lacks. `);
  }, "");
}

/** How far the two are apart, as far as the provider tells. */
function parted(view, base, head, { ahead_by: ahead, behind_by: behind, merge_base_sha: ancestor }) {
  const commits = (number) => `${number.toLocaleString()} ${number === 1 ? "commit" : "commits"}`;
  const apart = ahead !== undefined && behind !== undefined && `${head} is ${commits(ahead)} ahead of ${base} and ${commits(behind)} behind it. `;
  return [apart || "", ...(ancestor ? ["Their merge base is ", h("a", { href: view.to("commit", { sha: ancestor }) }, h("code", {}, short(ancestor))), "."] : [])];
}
