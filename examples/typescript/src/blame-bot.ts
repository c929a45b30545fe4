// Whom to ask about a failure or a change: reads a stack trace or a diff, blames its lines, names people.
//   usage: node dist/blame-bot.js REPOSITORY_ID [--ref REF] [--strip PREFIX] < TRACE_OR_DIFF
import { parseArgs } from "node:util";
import type { CommitContext } from "@sentry-scm/grpc-client/messages";
import { run, scm, standardInput, UsageError } from "./scm.js";

interface Line {
  readonly filepath: string;
  readonly lineNumber: number;
}

// Python's frames, then those of languages that write path:line.
const FRAME = /File "([^"]+)", line (\d+)|([\w@./-]+\.\w+):(\d+)/g;

function linesOfTrace(text: string): Line[] {
  return [...text.matchAll(FRAME)].map(([, python, line, path, number]) => ({
    filepath: python ?? path ?? "",
    lineNumber: Number(line ?? number),
  }));
}

/** The lines that the diff takes away or replaces, by their numbers before it. */
function linesOfDiff(text: string): Line[] {
  const found: Line[] = [];
  let [filepath, lineNumber, left] = ["", 0, 0];
  for (const line of text.split("\n")) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? /.exec(line);
    if (left > 0 && /^[- ]/.test(line)) {
      if (line.startsWith("-")) found.push({ filepath, lineNumber });
      lineNumber++;
      left--;
    } else if (line.startsWith("--- ")) {
      filepath = line.slice(4).replace(/^a\//, "").split("\t")[0] ?? "";
    } else if (hunk) {
      lineNumber = Number(hunk[1]);
      left = Number(hunk[2] ?? 1);
    }
  }
  return found;
}

await run(async () => {
  const options = { ref: { type: "string", default: "HEAD" }, strip: { type: "string", default: "" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const text = await standardInput();
  const wanted = new Map<string, Line & { commitSha: string }>();
  for (const { filepath: path, lineNumber } of /^--- /m.test(text) ? linesOfDiff(text) : linesOfTrace(text)) {
    const filepath = (path.startsWith(values.strip) ? path.slice(values.strip.length) : path).replace(/^\/+/, "");
    wanted.set(`${filepath}:${lineNumber}`, { commitSha: values.ref, filepath, lineNumber });
  }
  if (wanted.size === 0) {
    throw new UsageError("The input must be a stack trace with lines of code, or a diff that changes or deletes a line.");
  }

  // One call of the service takes up to 1000 lines.
  const lines = [...wanted.values()].slice(0, 1000);
  const { results } = await scm.batchGetCommitContext({ repositoryId: BigInt(positionals[0] ?? "1"), lines });
  const people = new Map<string, CommitContext[]>();
  results.forEach(({ result }, index) => {
    if (result.case === "error") {
      console.error(`${lines[index]?.filepath}:${lines[index]?.lineNumber}: ${result.value.message}`);
    } else if (result.case === "context") {
      const person = `${result.value.blameAuthor?.name} <${result.value.blameAuthor?.email}>`;
      people.set(person, [...(people.get(person) ?? []), result.value]);
    }
  });
  for (const [person, contexts] of [...people].sort(([, one], [, other]) => other.length - one.length)) {
    console.log(`${person} wrote ${contexts.length} of ${lines.length} lines`);
    for (const { filename, lineNumber, blameCommitId, message } of contexts) {
      console.log(`  ${filename}:${lineNumber}  ${blameCommitId.slice(0, 8)} ${message.split("\n")[0]}`);
    }
  }
});
