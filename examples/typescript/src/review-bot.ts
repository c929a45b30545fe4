// Comments on the lines that a pull request adds with what a linter says about them. It says nothing twice.
//   usage: npx eslint --format unix . | node dist/review-bot.js REPOSITORY_ID NUMBER
// It reads lines such as "src/app.ts:12:5: Unused import" or "src/app.ts:12: ...", which most linters print for the head
// of the pull request.
import { createHash } from "node:crypto";
import { DiffSide, ReviewState } from "@sentry-scm/grpc-client/messages";
import { pages } from "@sentry-scm/grpc-client";
import { run, scm, standardInput } from "./scm.js";

interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
  readonly mark: string;
}

const FINDING = /^(?:\.\/)?([^\s:][^:]*):(\d+)(?::\d+)?:\s*(\S.*)$/;
// Each comment ends with the mark of its finding.
const MARK = /\(finding ([0-9a-f]{12})\)/g;
// One review takes up to 100 comments.
const MAX_COMMENTS = 100;

const digest = (text: string) => createHash("sha256").update(text).digest("hex");

/** The lines that hunks add, by their numbers after the change. */
function* addedLines(hunks: Uint8Array): Generator<[number, string]> {
  let number = 0;
  for (const line of new TextDecoder().decode(hunks).split("\n")) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(line);
    if (hunk) number = Number(hunk[1]);
    else if (line.startsWith("+")) yield [number++, line.slice(1)];
    else if (line.startsWith(" ")) number++;
  }
}

/**
 * What is said about added lines. The mark has neither the number of the line nor the commit, so a finding keeps it when
 * lines above it change.
 */
function findings(text: string, added: Map<string, string>): Finding[] {
  const seen = new Map<string, number>();
  const found: Finding[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, path = "", number = "", message = ""] = FINDING.exec(line) ?? [];
    const code = added.get(`${path}:${number}`);
    if (code === undefined) continue;
    const same = [path, code.trim(), message].join("\0");
    const times = (seen.get(same) ?? 0) + 1;
    seen.set(same, times);
    found.push({ path, line: Number(number), message, mark: digest(`${same}\0${times}`).slice(0, 12) });
  }
  return found;
}

await run(async () => {
  const [repository = "1", pullRequest = "1"] = process.argv.slice(2);
  const which = { repositoryId: BigInt(repository), number: BigInt(pullRequest) };
  const text = await standardInput();
  const head = (await scm.getPullRequest(which)).head?.commitSha ?? "";
  const added = new Map<string, string>();
  for await (const { change, hunks, truncated } of scm.streamPullRequestDiff(which)) {
    for (const [number, line] of addedLines(hunks)) added.set(`${change?.path}:${number}`, line);
    if (truncated) console.error(`${change?.path}: only a part of its diff is known`);
  }
  const said = new Set<string>();
  for await (const { comments } of pages(scm.listReviewThreads, which)) {
    for (const { body } of comments) for (const [, mark = ""] of body.matchAll(MARK)) said.add(mark);
  }
  const fresh = findings(text, added).filter(({ mark }) => !said.has(mark));
  const review = fresh.slice(0, MAX_COMMENTS);
  if (review.length > 0) {
    const marks = review.map(({ mark }) => mark).sort().join("");
    await scm.createReview({
      ...which,
      state: ReviewState.COMMENTED,
      // If somebody pushes meanwhile, the lines may be others: the call fails with HEAD_MOVED.
      expectedHeadSha: head,
      comments: review.map(({ path, line, message, mark }) => ({
        position: { path, side: DiffSide.HEAD, line },
        body: `${message}\n\n(finding ${mark})`,
      })),
      // A run that was killed, or runs twice at the same time, makes the same review.
      requestId: `review-bot-${digest(`${repository} ${pullRequest} ${head} ${marks}`).slice(0, 40)}`,
    });
  }
  for (const { path, line, message } of review) console.log(`${path}:${line}: ${message}`);
  console.log(`${review.length} of ${fresh.length} new findings are commented on`);
});
