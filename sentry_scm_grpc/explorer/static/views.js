// Answers as people are used to seeing them: tables, commits, file changes, files with line numbers, blame.
import { h, link } from "./dom.js";
import { messages, rpcs } from "./contract.js";

const short = (sha) => (/^[0-9a-f]{40,64}$/.test(sha) ? sha.slice(0, 10) : sha);
const when = (text) => h("time", { datetime: text, title: text }, new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }));
const firstLine = (text) => (text ?? "").split("\n", 1)[0];

/** What else can be asked about a thing: label, RPC, its fields from the thing and from the request. */
const NEXT = {
  Repository: [
    ["Commits", "ListCommits", (it) => ({ repository_id: it.id })],
    ["Files", "ListTree", (it) => ({ repository_id: it.id })],
    ["Open", "GetRepository", (it) => ({ repository_id: it.id })],
  ],
  Commit: [
    ["Open", "GetCommit", (it) => ({ repository_id: it.repository_id, commit_sha: it.key })],
    ["Files", "ListTree", (it) => ({ repository_id: it.repository_id, ref: it.key })],
  ],
  TreeEntry: [["Open", "GetFile", (it, asked) => ({ repository_id: asked.repository_id, path: it.path, ref: asked.ref })]],
  CodeMatch: [["Open", "GetFile", (it, asked) => ({ repository_id: asked.repository_id, path: it.path, ref: asked.ref })]],
  Integration: [["Capabilities", "GetCapabilities", (it) => ({ organization_id: it.organization_id, integration_id: it.id })]],
  CodeMapping: [["Open", "GetCodeMapping", (it) => ({ code_mapping_id: it.id })]],
  ExternalIssue: [["Open", "GetExternalIssue", (it) => ({ external_issue_id: it.id })]],
};

/** The element for an answer. ``asked`` is the request; ``go(rpc, request)`` makes another call. */
export function view(name, json, asked, go) {
  const kind = name.replace(/^.*\./, "");
  const special = { Commit: commit, FileContent: file, CommitContext: oneBlame, BatchGetCommitContextResponse: blame, CodeOwners: owners, Empty: nothing }[kind];
  if (special) return special(json, asked, go);
  const [repeated, ...others] = messages[name].fields.filter((field) => field.repeated && field.type === "message");
  const list = repeated && !others.length;
  const rest = messages[name].fields.filter((field) => field !== repeated && field.name !== "next_page_token" && json[field.name] !== undefined);
  if (!list) return [facts(name, json, asked, go), ...actions(kind, json, asked, go)];
  const made = table(repeated.type_name, asked, go);
  for (const item of json[repeated.name] ?? []) made.add(item);
  return [rest.length > 0 && facts(name, json, asked, go, rest), made.element];
}

function actions(kind, json, asked, go) {
  const offered = (NEXT[kind] ?? []).filter(([label, rpc]) => rpcs.has(rpc) && label !== "Open");
  return offered.length ? [h("p", { class: "actions" }, buttons(offered, json, asked, go))] : [];
}

function buttons(offered, json, asked, go) {
  return offered.map(([label, rpc, fields]) => h("button", { type: "button", class: "quiet", onclick: () => go(rpc, fields(json, asked)), "aria-label": `${label}: ${nameOf(json)}` }, label));
}

const nameOf = (json) => String(firstLine(json.name ?? json.path ?? json.title ?? json.message) || json.key || json.id);

// ---- tables --------------------------------------------------------------------------------------------------

// What a row is known by comes first; what says the same in every row, or fits no cell, is left to the JSON.
const COLUMNS = {
  Repository: ["id", "name", "default_branch", "provider_key", "status", "date_added", "url"],
  Commit: ["key", "message", "author", "date_added"],
  FileChange: ["kind", "path", "lines"],
  TreeEntry: ["path", "kind", "size_bytes", "sha"],
  CodeMatch: ["path", "line_number", "line"],
  Capability: ["rpc", "supported", "reason", "message"],
};

/** A table that grows: {element, add(item)}. */
export function table(name, asked, go) {
  const kind = name.replace(/^.*\./, "");
  const { fields } = messages[name];
  const columns = COLUMNS[kind] ?? fields.map((field) => field.name);
  const offered = (NEXT[kind] ?? []).filter(([, rpc]) => rpcs.has(rpc) && rpc !== "GetRepository");
  const body = h("tbody");
  const none = h("p", { class: "none" }, "Nothing was found.");
  const head = columns.map((column) => h("th", { scope: "col" }, column.replaceAll("_", " ")));
  if (offered.length) head.push(h("th", { scope: "col" }, h("span", { class: "unseen" }, "Go on")));
  const grid = h("table", { class: kind }, h("thead", {}, h("tr", {}, head)), body);
  const box = h("div", { class: "scroll", role: "region", "aria-label": "Rows", tabindex: "0", hidden: true }, grid);
  return {
    element: h("div", {}, none, box),
    add(item) {
      none.hidden = true;
      box.hidden = false;
      const cells = columns.map((column) => h("td", { class: column, "data-label": column.replaceAll("_", " ") }, cell(kind, column, item)));
      if (offered.length) cells.push(h("td", { class: "next" }, buttons(offered, item, asked, go)));
      body.append(h("tr", {}, cells));
    },
  };
}

function cell(kind, column, item) {
  if (kind === "FileChange" && column === "kind") return badge(item.kind);
  if (kind === "FileChange" && column === "lines") return lines(item);
  if (kind === "FileChange" && column === "path" && item.previous_path) return `${item.previous_path} → ${item.path}`;
  if (kind === "Commit" && column === "message") return firstLine(item.message);
  if (kind === "Capability" && column === "supported") return item.supported ? "✓ yes" : "✗ no";
  return value(column, item[column]);
}

function value(name, given) {
  if (given === undefined || given === "") return "";
  if (given === true || given === false) return given ? "yes" : "no";
  if (Array.isArray(given)) return given.map((one, index) => [index > 0 && h("br"), value(name, one)]);
  if (typeof given === "object") return person(given) ?? h("dl", { class: "small" }, Object.entries(given).map(([key, inner]) => [h("dt", {}, key), h("dd", {}, value(key, inner))]));
  if (/^\d{4}-\d\d-\d\dT/.test(given)) return when(given);
  if (/^[0-9a-f]{40,64}$/.test(given)) return h("code", { title: given }, short(given));
  if (/^[A-Z]+(_[A-Z]+)+$/.test(given)) return given.replace(/^(PROVIDER|(REPOSITORY|INTEGRATION)_STATUS|TREE_ENTRY_KIND|FILE_CHANGE_KIND|ISSUE_STATE)_/, "").toLowerCase().replaceAll("_", " ");
  return link(String(given));
}

const person = (given) => (given.email !== undefined || given.external_id !== undefined ? h("span", { title: given.email ?? "" }, given.name || given.email || given.external_id) : null);

function facts(name, json, asked, go, fields = messages[name].fields) {
  const shown = fields.filter((field) => json[field.name] !== undefined);
  if (!shown.length) return h("p", { class: "none" }, "The answer has no field set.");
  return h("dl", { class: "facts" }, shown.map((field) => {
    const given = json[field.name];
    const nested = field.type === "message" && field.repeated;
    return [h("dt", {}, field.name.replaceAll("_", " ")), h("dd", {}, nested ? rowsOf(field, given, asked, go) : value(field.name, given))];
  }));
}

function rowsOf(field, items, asked, go) {
  const made = table(field.type_name, asked, go);
  items.forEach(made.add);
  return made.element;
}

const nothing = () => h("p", { class: "none" }, "Done. This RPC answers nothing more.");

// ---- commits and changes -----------------------------------------------------------------------------------------

const KINDS = { ADDED: ["A", "added"], MODIFIED: ["M", "modified"], DELETED: ["D", "deleted"], RENAMED: ["R", "renamed"], COPIED: ["C", "copied"] };

export function badge(kind = "") {
  const [letter, word] = KINDS[kind.replace("FILE_CHANGE_KIND_", "")] ?? ["?", "unknown"];
  return h("span", { class: `badge ${word}`, title: word }, letter, h("span", { class: "unseen" }, ` ${word}`));
}

/** "+12 −3", and five squares in their proportion. */
export function lines({ additions = 0, deletions = 0, binary }) {
  if (binary) return "binary";
  const total = additions + deletions;
  const green = total ? Math.round((additions / total) * 5) : 0;
  const squares = Array.from({ length: 5 }, (_, index) => h("i", { class: !total ? "" : index < green ? "plus" : "minus" }));
  return h("span", { class: "lines" }, h("b", { class: "plus" }, `+${additions}`), " ", h("b", { class: "minus" }, `−${deletions}`), " ", h("span", { class: "squares", "aria-hidden": "true" }, squares));
}

function commit(json, asked, go) {
  const [title, ...rest] = (json.message ?? "").split("\n");
  const parents = (json.parent_keys ?? []).map((key) => commitButton(key, json.repository_id, go));
  const changes = json.file_changes ?? [];
  const sum = (name) => changes.reduce((total, change) => total + (change[name] ?? 0), 0);
  return h("article", { class: "commit" },
    h("h3", {}, title),
    rest.join("\n").trim() && h("pre", { class: "message" }, rest.join("\n").trim()),
    h("dl", { class: "facts" },
      fact("author", json.author && [json.author.name, json.author.email && ` <${json.author.email}>`]),
      fact("committer", json.committer && json.committer.name !== json.author?.name && json.committer.name),
      fact("date", json.date_added && when(json.date_added)),
      fact("commit", h("code", {}, json.key)),
      fact(parents.length === 1 ? "parent" : "parents", parents.length > 0 && parents),
      fact("web page", json.web_url && link(json.web_url)),
    ),
    changes.length > 0 && [
      h("p", { class: "sum" }, `${changes.length}${json.file_changes_truncated ? " and more" : ""} ${changes.length === 1 ? "file" : "files"} changed `, lines({ additions: sum("additions"), deletions: sum("deletions") })),
      rowsOf({ type_name: nameLike("FileChange") }, changes, asked, go),
    ],
    actions("Commit", json, asked, go),
  );
}

const fact = (name, content) => content && [h("dt", {}, name), h("dd", {}, content)];
const nameLike = (kind) => Object.keys(messages).find((name) => name.endsWith(`.${kind}`));

function commitButton(key, repository_id, go) {
  if (!rpcs.has("GetCommit")) return h("code", { title: key }, short(key));
  return h("button", { type: "button", class: "sha", title: key, "aria-label": `Commit ${short(key)}`, onclick: () => go("GetCommit", { repository_id, commit_sha: key }) }, short(key).slice(0, 8));
}

// ---- files and blame ---------------------------------------------------------------------------------------------

const MAX_BLAMED = 1000;
const page = (url) => /^https?:/i.test(url ?? "") && [" · ", link(url, "web page")];

function file(json, asked, go) {
  const bytes = Uint8Array.from(atob(json.content ?? ""), (character) => character.charCodeAt(0));
  const binary = bytes.subarray(0, 8000).includes(0);
  const text = new TextDecoder().decode(bytes);
  const all = text.replace(/\n$/, "").split("\n");
  const ask = () => go("BatchGetCommitContext", {
    repository_id: asked.repository_id,
    lines: all.slice(0, MAX_BLAMED).map((_, index) => ({ commit_sha: json.commit_sha, filepath: json.path, line_number: index + 1 })),
  });
  return h("article", {},
    h("p", { class: "sum" }, h("strong", {}, json.path), ` · ${Number(json.size_bytes ?? 0).toLocaleString()} bytes · at `, commitButton(json.commit_sha ?? "", asked.repository_id, go), page(json.url), " ",
      rpcs.has("BatchGetCommitContext") && !binary && text && h("button", { type: "button", class: "quiet", onclick: ask }, all.length > MAX_BLAMED ? `Blame the first ${MAX_BLAMED} lines` : "Blame")),
    binary ? h("p", { class: "none" }, "A binary file; its bytes are in the JSON, in base64.") : !text ? h("p", { class: "none" }, "An empty file.") : code(all.map((line) => [h("td", { class: "text" }, line)])),
  );
}

/** Lines with their numbers; ``rows`` are the cells after the number, ``before`` those before it. */
function code(rows, numbers = rows.map((_, index) => index + 1), before = []) {
  const body = rows.map((cells, index) => h("tr", { class: before[index]?.class ?? "" }, before[index]?.cells, h("td", { class: "number", "data-number": String(numbers[index]) }), cells));
  return h("div", { class: "scroll", role: "region", "aria-label": "Lines", tabindex: "0" }, h("table", { class: before.length ? "code blame" : "code" }, h("tbody", {}, body)));
}

/** Blame, a block per file: the commit of a run of lines is told once, at its first. The newer, the stronger its bar. */
function blame(json, asked, go) {
  const results = json.results ?? [];
  const byFile = new Map();
  results.forEach((result, index) => {
    const line = asked.lines?.[index] ?? {};
    const path = result.context?.filename ?? line.filepath;
    if (!byFile.has(path)) byFile.set(path, []);
    byFile.get(path).push({ ...result, number: result.context?.line_number ?? line.line_number });
  });
  return [...byFile].map(([path, found]) => h("article", {}, h("p", { class: "sum" }, h("strong", {}, path), ` · ${found.length} ${found.length === 1 ? "line" : "lines"}`), blamed(found, go)));
}

const oneBlame = (json, asked, go) => h("article", {}, h("p", { class: "sum" }, h("strong", {}, json.filename)), blamed([{ context: json, number: json.line_number }], go),
  h("dl", { class: "facts" }, fact("author", json.blame_author && [json.blame_author.name, json.blame_author.email && ` <${json.blame_author.email}>`]),
    fact("date", json.committed_at && when(json.committed_at)), fact("message", json.message && h("pre", { class: "message" }, json.message)), fact("file then", json.blame_filename !== json.filename && json.blame_filename)));

function blamed(found, go) {
  const times = found.map(({ context }) => (context?.committed_at ? Date.parse(context.committed_at) : NaN)).filter((time) => !Number.isNaN(time));
  const [oldest, newest] = [Math.min(...times), Math.max(...times)];
  let last = "";
  const before = found.map(({ context, error }) => {
    if (!context) return { class: "run failed", cells: [h("td", { class: "reason", colspan: "3" }, error?.reason ?? "UNKNOWN")] };
    const first = context.blame_commit_id !== last;
    last = context.blame_commit_id;
    const age = newest > oldest ? Math.round(((Date.parse(context.committed_at) - oldest) / (newest - oldest)) * 4) : 4;
    const cells = first
      ? [h("td", { class: "sha-cell" }, commitButton(context.blame_commit_id, context.repository_id, go)), h("td", { class: "who", title: firstLine(context.message) }, context.blame_author?.name ?? ""), h("td", { class: "age", title: context.committed_at }, ago(context.committed_at))]
      : [h("td", { class: "sha-cell" }), h("td", { class: "who" }), h("td", { class: "age" })];
    return { class: `${first ? "run " : ""}age-${age}`, cells };
  });
  return code(found.map(({ context, error }) => [h("td", { class: "text" }, context ? (context.code_snippet ?? "") : (error?.message ?? ""))]), found.map(({ number }) => number), before);
}

const STEPS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]];

function ago(text) {
  const seconds = (Date.now() - Date.parse(text)) / 1000;
  const [unit, size] = STEPS.find(([, size]) => seconds >= size) ?? ["second", 1];
  return Number.isNaN(seconds) ? "" : new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" }).format(-Math.floor(seconds / size), unit);
}

function owners(json, asked, go) {
  return [
    h("p", { class: "sum" }, h("strong", {}, json.path), page(json.url)),
    json.path_owners?.length > 0 && [h("h3", {}, "Owners of the paths asked"), rowsOf({ type_name: nameLike("PathOwners") }, json.path_owners, asked, go)],
    h("h3", {}, "Rules"),
    rowsOf({ type_name: nameLike("CodeOwnersRule") }, json.rules ?? [], asked, go),
  ];
}
