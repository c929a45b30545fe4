// Indexes a repository: which identifiers are in which file. A second run reads only the files that have changed.
//   usage: node dist/indexer.js REPOSITORY_ID INDEX.json [--ref REF]
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { TreeEntryKind, type TreeEntry } from "@sentry-scm/grpc-client/messages";
import { run, scm } from "./scm.js";

interface Indexed {
  sha: string;
  words: string[];
}

const IDENTIFIER = /[A-Za-z_]\w{2,}/g;
// Larger files are seldom written by people.
const MAX_FILE = 512n * 1024n;
// One call of BatchGetFiles takes up to so many paths, and returns up to so many bytes.
const MAX_PATHS = 100;
const MAX_BYTES = 3n * 1024n * 1024n;

function wanted({ kind, rawPath, sizeBytes }: TreeEntry): boolean {
  const isFile = kind === TreeEntryKind.FILE || kind === TreeEntryKind.EXECUTABLE;
  return isFile && rawPath.length === 0 && sizeBytes <= MAX_FILE;
}

/** The first entries, so many that one call should return them. */
function batchOf(entries: TreeEntry[]): TreeEntry[] {
  const batch: TreeEntry[] = [];
  let size = 0n;
  for (const entry of entries.slice(0, MAX_PATHS)) {
    size += entry.sizeBytes;
    if (batch.length > 0 && size > MAX_BYTES) break;
    batch.push(entry);
  }
  return batch;
}

/** Of a text; none of a binary file. */
function words(content: Uint8Array): string[] {
  return content.includes(0) ? [] : [...new Set(new TextDecoder().decode(content).match(IDENTIFIER))].sort();
}

await run(async () => {
  const { values, positionals } = parseArgs({ options: { ref: { type: "string", default: "" } }, allowPositionals: true });
  const repositoryId = BigInt(positionals[0] ?? "1");
  const index = positionals[1] ?? "index.json";
  const known: Record<string, Indexed> = existsSync(index) ? JSON.parse(readFileSync(index, "utf8")).files : {};
  const files: Record<string, Indexed> = {};
  const changed: TreeEntry[] = [];

  // All further calls name the commit, so a push in between changes nothing.
  const { commitSha: commit } = await scm.getRef({ repositoryId, ref: values.ref });
  for await (const entry of scm.streamTree({ repositoryId, ref: commit })) {
    if (!wanted(entry)) continue;
    const old = known[entry.path];
    if (old && entry.sha && old.sha === entry.sha) files[entry.path] = old;
    else changed.push(entry);
  }
  let left = changed;
  while (left.length > 0) {
    const batch = batchOf(left);
    left = left.slice(batch.length);
    const { results } = await scm.batchGetFiles({ repositoryId, ref: commit, paths: batch.map(({ path }) => path) });
    batch.forEach((entry, at) => {
      const { path, sha } = entry;
      const result = results[at]?.result;
      if (result?.case === "file") files[path] = { sha, words: words(result.value.content) };
      // Where the provider tells no sizes, a batch may be too large.
      else if (result?.value?.reason === "BATCH_FULL") left.push(entry);
      else console.error(`${path}: ${result?.value?.message}`);
    });
  }

  // The old index is there until the new one is whole.
  writeFileSync(`${index}.part`, JSON.stringify({ commit, files }, null, 1));
  renameSync(`${index}.part`, index);
  console.log(`${commit.slice(0, 8)}: ${Object.keys(files).length} files indexed, ${changed.length} read`);
});
