// What the examples share: the client, by SCM_GRPC_URL (default: http://127.0.0.1:8800) and SCM_GRPC_API_KEY, and the end.
import { text } from "node:stream/consumers";
import { createScmClient, ScmError } from "@sentry-scm/grpc-client";

export const scm = createScmClient({
  baseUrl: process.env["SCM_GRPC_URL"] ?? "http://127.0.0.1:8800",
  apiKey: process.env["SCM_GRPC_API_KEY"],
});

export const standardInput = () => text(process.stdin);

/** What the user gave cannot be worked on. */
export class UsageError extends Error {}

/** Runs a program whose errors are for people. */
export async function run(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof ScmError || error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
