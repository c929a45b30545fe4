// Proposes files of a working directory as a pull request with a label, such as what a formatter changed in a checkout.
//   usage: node dist/autofix.js REPOSITORY_ID TITLE PATH ... [--base BRANCH] [--label LABEL] [--root DIRECTORY]
// A path without a file is deleted. The same changes make one pull request, however often the program runs and wherever
// it is interrupted. If somebody has closed it, none is opened again.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Code, pages, ScmError } from "@sentry-scm/grpc-client";
import { CommitActionKind, PullRequestState, type PullRequest } from "@sentry-scm/grpc-client/messages";
import { run, scm, UsageError } from "./scm.js";

interface Action {
  readonly kind: CommitActionKind;
  readonly path: string;
  readonly content: Uint8Array;
}

// One commit takes up to 100 actions, and BatchGetFiles as many paths.
const MAX_PATHS = 100;

/** What makes the files of the base those of the working directory. */
async function changes(repositoryId: bigint, ref: string, paths: string[], root: string): Promise<Action[]> {
  const { results } = await scm.batchGetFiles({ repositoryId, ref, paths });
  return paths.flatMap((path, index): Action[] => {
    const result = results[index]?.result;
    const missing = result?.case === "error" && result.value.reason === "PATH_NOT_FOUND";
    if (result?.case === "error" && !missing) throw new ScmError(`${path}: ${result.value.message}`, result.value.code);
    if (!existsSync(join(root, path))) {
      return missing ? [] : [{ kind: CommitActionKind.DELETE, path, content: new Uint8Array() }];
    }
    const content = readFileSync(join(root, path));
    const same = result?.case === "file" && content.equals(result.value.content);
    return same ? [] : [{ kind: CommitActionKind.WRITE, path, content }];
  });
}

/** The same for the same changes, whatever else happens on the base. */
function identity(actions: Action[]): string {
  const hash = createHash("sha256");
  for (const { kind, path, content } of actions) hash.update(`${kind} ${content.length} ${path}\0`).update(content);
  return hash.digest("hex").slice(0, 16);
}

/** The pull request with these changes. Each step finds what an earlier run has made. */
async function proposed(repositoryId: bigint, title: string, base: string, actions: Action[]): Promise<PullRequest> {
  const name = identity(actions);
  const branch = `autofix-${name}`;
  for await (const pull of pages(scm.listPullRequests, { repositoryId, head: branch })) return pull;
  try {
    await scm.createBranch({ repositoryId, name: branch, ref: base, requestId: `autofix-${repositoryId}-${name}-branch` });
  } catch (error) {
    if (!(error instanceof ScmError) || error.code !== Code.AlreadyExists) throw error;
  }
  const { commits } = await scm.compareCommits({ repositoryId, base, head: branch, pageSize: 1 });
  if (commits.length === 0) {
    await scm.createCommit({
      repositoryId,
      branch,
      // Of two runs at the same time, one commits, and the other fails with HEAD_MOVED.
      expectedHeadSha: (await scm.getRef({ repositoryId, ref: branch })).commitSha,
      message: title,
      actions,
      requestId: `autofix-${repositoryId}-${name}-commit`,
    });
  }
  return scm.createPullRequest({
    repositoryId,
    title,
    body: "These changes were made by a program.",
    head: branch,
    base,
    requestId: `autofix-${repositoryId}-${name}-pull`,
  });
}

await run(async () => {
  const options = {
    base: { type: "string", default: "" },
    label: { type: "string", default: "autofix" },
    root: { type: "string", default: "." },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [repository = "1", title = "", ...paths] = positionals;
  if (paths.length > MAX_PATHS) throw new UsageError(`At most ${MAX_PATHS} paths fit one commit.`);
  const repositoryId = BigInt(repository);
  const base = values.base || (await scm.getRef({ repositoryId })).name;
  const actions = await changes(repositoryId, base, paths, values.root);
  if (actions.length === 0) {
    console.log("There is nothing to fix.");
    return;
  }
  let pull = await proposed(repositoryId, title, base, actions);
  if (pull.state === PullRequestState.OPEN && !pull.labels.includes(values.label)) {
    const labels = [...pull.labels, values.label];
    try {
      pull = await scm.updatePullRequest({ repositoryId, number: pull.number, labels, updateMask: { paths: ["labels"] } });
    } catch (error) {
      // Some providers have no labels.
      if (!(error instanceof ScmError) || error.code !== Code.Unimplemented) throw error;
    }
  }
  const state = PullRequestState[pull.state]?.toLowerCase();
  console.log(`#${pull.number} ${pull.title} (${state}): ${pull.labels.join(", ")} ${pull.webUrl}`.trimEnd());
});
