// Searches the code of all repositories of an organization.
//   usage: node dist/search-code.js QUERY [--organization ID] [--path PATH] [--max COUNT]
import { parseArgs } from "node:util";
import { Code, pages, ScmError } from "@sentry-scm/grpc-client";
import { run, scm } from "./scm.js";

await run(async () => {
  const options = {
    organization: { type: "string", default: "1" },
    path: { type: "string", default: "" },
    max: { type: "string", default: "50" },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  let any = false;
  for await (const repository of pages(scm.listRepositories, { organizationId: BigInt(values.organization) })) {
    let left = Number(values.max);
    const request = { repositoryId: repository.id, query: positionals[0] ?? "", path: values.path };
    try {
      for await (const match of pages(scm.searchCode, request)) {
        any = true;
        console.log(`${repository.name}/${match.path}:${match.lineNumber}: ${match.line.trim()}`);
        if (--left === 0) break;
      }
    } catch (error) {
      // One provider that cannot search, or is not connected, is no reason to give up on the others.
      if (!(error instanceof ScmError) || ![Code.Unimplemented, Code.FailedPrecondition].includes(error.code)) throw error;
      console.error(`${repository.name}: ${error.message}`);
    }
  }
  if (!any) process.exitCode = 1;
});
