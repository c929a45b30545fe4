// Release notes between two tags: the commits by kind, who wrote them, and how much changed, as Markdown.
//   usage: node dist/release-notes.js REPOSITORY_ID OLD_TAG NEW_TAG
import { run, scm } from "./scm.js";

interface Page {
  nextPageToken: string;
  incomplete: boolean;
  incompleteReason: string;
}

// Subjects of Conventional Commits, and those that begin with the same words.
const KINDS: [string, RegExp][] = [["Features", /^(feat|add)\b/i], ["Fixes", /^fix/i], ["Other changes", /^/]];

/** All pages of a list; says so if the list is cut. */
async function* pages<T extends Page>(call: (paging: { pageSize: number; pageToken: string }) => Promise<T>): AsyncGenerator<T> {
  let page = await call({ pageSize: 1000, pageToken: "" });
  yield page;
  while (page.nextPageToken) {
    page = await call({ pageSize: 1000, pageToken: page.nextPageToken });
    yield page;
  }
  if (page.incomplete) console.error(`The provider returned only a part of the list (${page.incompleteReason}).`);
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;

await run(async () => {
  const [repository = "", base = "", head = ""] = process.argv.slice(2);
  const between = { repositoryId: BigInt(repository || "1"), base, head };
  const lines = new Map<string, string[]>(KINDS.map(([name]) => [name, []]));
  const people = new Set<string>();
  let commits = 0;
  for await (const page of pages((paging) => scm.compareCommits({ ...between, ...paging }))) {
    for (const commit of page.commits) {
      commits += 1;
      people.add(commit.author?.name ?? "");
      // A merge commit brings in commits that are in the list themselves.
      if (commit.parentKeys.length > 1) continue;
      const subject = commit.message.split("\n", 1)[0] ?? "";
      const [kind] = KINDS.find(([, pattern]) => pattern.test(subject)) ?? ["Other changes"];
      lines.get(kind)?.push(`- ${subject} (${commit.key.slice(0, 8)}, ${commit.author?.name})`);
    }
  }
  let [files, added, deleted] = [0, 0, 0];
  for await (const page of pages((paging) => scm.listComparedFiles({ ...between, ...paging }))) {
    for (const change of page.fileChanges) {
      files += 1;
      added += change.additions ?? 0;
      deleted += change.deletions ?? 0;
    }
  }

  console.log(`# ${head}\n\n${count(commits, "commit")} since ${base}, by ${[...people].sort().join(", ") || "nobody"}.`);
  console.log(`${count(files, "file")} changed, ${count(added, "line")} added, ${count(deleted, "line")} deleted.`);
  for (const [name, items] of lines) if (items.length > 0) console.log(`\n## ${name}\n\n${items.join("\n")}`);
});
