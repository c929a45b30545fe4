// What is reported on the head of a pull request: statuses, check runs, and pipelines of the provider's own CI.
import { h, link } from "./dom.js";
import { rpcAddress } from "./address.js";
import { incomplete, none, paged, short, when } from "./browse-parts.js";
import { checkTag, rollupTag, words } from "./browse-pull-parts.js";

export async function checks(view, content, pull) {
  const sha = pull.head?.commit_sha;
  if (!sha) return void content.append(none("The provider does not tell the head of this pull request, so its checks cannot be asked for."));
  const sum = h("p", { class: "sum" }, "Of the head ", h("code", {}, short(sha)), ": ");
  content.append(sum);
  const request = { repository_id: view.at.repository, commit_sha: sha };
  let isFirst = true;
  await Promise.all([
    section(view, content, "Statuses", "ListCommitStatuses", request, "statuses", status, "No status was reported.", (got) => {
      if (isFirst) sum.append(...[rollupTag(got.rollup)].flat(9).filter(Boolean));
      isFirst = false;
    }),
    section(view, content, "Check runs", "ListCheckRuns", request, "check_runs", run, "There are no check runs."),
    section(view, content, "Pipelines", "ListPipelines", request, "pipelines", (one) => pipeline(view, one), "No pipeline ran."),
  ]);
}

/** A list that pages. What the provider does not have is said in the place of the list. */
function section(view, content, title, rpc, request, items, row, nothing, onPage = () => {}) {
  const list = h("ul", { class: "commits checks", hidden: true });
  const place = h("section", { "aria-label": title }, h("h3", {}, title), list);
  content.append(place);
  let cut = null;
  const add = (found, got) => {
    list.append(...found.map(row));
    list.hidden = !list.childNodes.length;
    if (!cut && (cut = incomplete(got, title.toLowerCase()))) list.after(cut);
    onPage(got);
  };
  return view.guard(async () => {
    try {
      await paged(view, place, rpc, request, items, add, nothing);
    } catch (failure) {
      if (failure.status !== "UNIMPLEMENTED") throw failure;
      place.append(none(failure.message));
    }
  }, place);
}

const row = (name, one, facts, ...more) =>
  h("li", {}, h("span", { class: "title" }, checkTag(one), " ", h("span", { class: "name" }, name || "(no name)"), one.allowed_to_fail && [" ", h("span", { class: "tag" }, "may fail")]),
    h("span", { class: "help" }, facts.filter(Boolean).map((fact, index) => [index > 0 && " · ", fact])), more);

const page = (url) => url && link(url, "web page");
const code = (text) => text && h("code", {}, text);

const status = (one) => row(one.title || one.key, one, [one.title && one.title !== one.key && one.key, one.summary, code(one.ref), when(one.updated_at ?? one.created_at), page(one.url)]);

const run = (one) => row(one.name, one, [one.title !== one.name && one.title, one.reporter, one.annotation_count !== undefined && `${one.annotation_count} annotations`, when(one.completed_at ?? one.started_at), page(one.url)],
  one.summary && words(one.summary));

const pipeline = (view, one) => row(one.name || `Pipeline ${one.number ?? one.id}`, one, [one.number && `#${one.number}`, one.event, code(one.ref), when(one.finished_at ?? one.started_at ?? one.created_at), page(one.web_url),
  h("a", { href: rpcAddress("ListPipelineJobs", { repository_id: view.at.repository, pipeline_id: one.id }), "aria-label": `Jobs of ${one.name || one.number || one.id}` }, "jobs")]);
