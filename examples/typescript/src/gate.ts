// Waits for the checks of a commit or of a pull request: exits with 0 if they pass, 1 if not, 2 if it takes too long.
//   usage: node dist/gate.js REPOSITORY_ID (COMMIT | --pull-request NUMBER) [--require NAME ...] [--timeout SECONDS]
// If they do not pass, it prints those that failed, and the end of the log of a job that failed.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Code, pages, ScmError } from "@sentry-scm/grpc-client";
import { CheckState, type CheckRollup } from "@sentry-scm/grpc-client/messages";
import { run, scm } from "./scm.js";

// Nothing is reported yet, or something still runs.
const WAITING = [CheckState.UNSPECIFIED, CheckState.PENDING, CheckState.RUNNING];
const FAILED = [CheckState.FAILURE, CheckState.ERROR, CheckState.CANCELLED];
const TRANSIENT = [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted];
// In seconds. Each pause is longer than the one before by half.
const LONGEST_PAUSE = 60;
const LOG_LINES = 20;
const LOG_BYTES = 8192;
const TERMINAL_CODE = /\x1b\[[0-9;?]*[A-Za-z]/g;

interface Current {
  readonly sha: string;
  readonly state: CheckState;
  readonly incompleteReason: string;
}

const word = (state: CheckState) => CheckState[state]?.toLowerCase() ?? "unknown";
const short = (sha: string) => sha.slice(0, 8);

/** The commit, and one state for everything that is reported on it. */
async function current(repositoryId: bigint, commitSha: string, number: bigint): Promise<Current> {
  if (number === 0n) {
    const page = await scm.listCommitStatuses({ repositoryId, commitSha });
    return standing(page.commitSha, page.rollup);
  }
  const [status] = (await scm.batchGetPullRequestStatus({ repositoryId, numbers: [number] })).statuses;
  if (status?.error) throw new ScmError(status.error.message, status.error.code);
  return standing(status?.headSha ?? "", status?.checks);
}

function standing(sha: string, rollup: CheckRollup | undefined): Current {
  return { sha, state: rollup?.state ?? CheckState.UNSPECIFIED, incompleteReason: rollup?.incompleteReason ?? "" };
}

/** The name, the state and a line about everything that is reported on a commit. */
async function* reported(repositoryId: bigint, commitSha: string): AsyncGenerator<[string, CheckState, string]> {
  for await (const status of pages(scm.listCommitStatuses, { repositoryId, commitSha })) {
    if (!status.allowedToFail) yield [status.key, status.state, `${status.summary} ${status.url}`];
  }
  try {
    for await (const found of pages(scm.listCheckRuns, { repositoryId, commitSha })) {
      yield [found.name, found.state, `${found.title} ${found.url}`];
    }
  } catch (error) {
    // Some providers have no check runs.
    if (!(error instanceof ScmError) || error.code !== Code.Unimplemented) throw error;
  }
}

/** The end of the log of a failed job. Nothing if the provider runs no CI of its own, or has no such log. */
async function failedLog(repositoryId: bigint, commitSha: string): Promise<string[]> {
  try {
    for await (const pipeline of pages(scm.listPipelines, { repositoryId, commitSha })) {
      if (!FAILED.includes(pipeline.state)) continue;
      for await (const job of pages(scm.listPipelineJobs, { repositoryId, pipelineId: pipeline.id })) {
        if (!FAILED.includes(job.state) || job.allowedToFail) continue;
        let end = Buffer.alloc(0);
        for await (const { data } of scm.streamJobLog({ repositoryId, jobId: job.id })) {
          end = Buffer.concat([end, data]).subarray(-LOG_BYTES);
        }
        const lines = end.toString("utf8").replace(TERMINAL_CODE, "").trimEnd().split(/\r?\n/).slice(-LOG_LINES);
        return [`\nThe job ${job.name} ends with:`, ...lines.map((line) => `  ${line.replace(/[^\P{Cc}\t]/gu, "")}`)];
      }
    }
  } catch (error) {
    const none = [Code.Unimplemented, Code.NotFound, Code.FailedPrecondition];
    if (!(error instanceof ScmError) || !none.includes(error.code)) throw error;
  }
  return [];
}

/** What the gate has to wait for. Empty if the checks have ended. */
async function waitsFor(repositoryId: bigint, sha: string, state: CheckState, required: string[]): Promise<string> {
  if (WAITING.includes(state)) return word(state);
  if (state !== CheckState.SUCCESS || required.length === 0) return "";
  const missing = new Set(required);
  for await (const [name] of reported(repositoryId, sha)) missing.delete(name);
  return missing.size > 0 ? `not reported yet: ${[...missing].sort().join(", ")}` : "";
}

await run(async () => {
  const options = {
    "pull-request": { type: "string", default: "0" },
    require: { type: "string", multiple: true },
    timeout: { type: "string", default: "3600" },
    pause: { type: "string", default: "5" },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const repositoryId = BigInt(positionals[0] ?? "1");

  /** Waits until the checks have ended. Undefined if that takes too long. */
  async function ended(): Promise<Current | undefined> {
    const end = performance.now() + Number(values.timeout) * 1000;
    for (let pause = Number(values.pause); ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      let wait = pause;
      try {
        const found = await current(repositoryId, positionals[1] ?? "", BigInt(values["pull-request"]));
        const missing = await waitsFor(repositoryId, found.sha, found.state, values.require ?? []);
        if (!missing) return found;
        console.error(`${short(found.sha)}: ${missing}`);
      } catch (error) {
        if (!(error instanceof ScmError) || !TRANSIENT.includes(error.code)) throw error;
        // The client has repeated the call already. The provider or the site may want a longer pause.
        wait = Math.max(pause, (error.retryAfterMs ?? 0) / 1000);
        console.error(error.message);
      }
      if (performance.now() + wait * 1000 > end) return undefined;
      // A little longer for each, so that many gates do not return at once.
      await sleep(wait * 1000 * (1 + Math.random() / 10));
    }
  }

  const found = await ended();
  if (!found) {
    console.error("The time is up.");
    process.exitCode = 2;
    return;
  }
  const { sha, state, incompleteReason } = found;
  console.log(`${short(sha)}: ${word(state)}`);
  if (state === CheckState.SUCCESS && !incompleteReason) return;
  process.exitCode = 1;
  if (state === CheckState.SUCCESS) {
    console.error(`Not everything that is reported could be read (${incompleteReason}).`);
    return;
  }
  for await (const [name, ended, about] of reported(repositoryId, sha)) {
    if (FAILED.includes(ended)) console.log(`- ${name}: ${word(ended)} ${about}`.trimEnd());
  }
  for (const line of await failedLog(repositoryId, sha)) console.log(line);
});
