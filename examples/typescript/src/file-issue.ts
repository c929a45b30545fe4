// Files an issue in the tracker of an integration and links a Sentry issue (a group) to it; once, however often it runs.
//   usage: node dist/file-issue.js GROUP_ID TITLE [--organization ID] [--integration ID] [--destination ID] < DESCRIPTION
import { parseArgs } from "node:util";
import { Code, pages, ScmError } from "@sentry-scm/grpc-client";
import { run, scm, standardInput } from "./scm.js";

await run(async () => {
  const options = {
    organization: { type: "string", default: "1" },
    integration: { type: "string", default: "1" },
    destination: { type: "string" },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [group = "", title = ""] = positionals;
  const groupId = BigInt(group);
  const place = { organizationId: BigInt(values.organization), integrationId: BigInt(values.integration) };
  const destination = values.destination ?? (await scm.listIssueDestinations(place)).destinations[0]?.id ?? "";
  const issue = await scm.createExternalIssue({
    ...place,
    destination,
    title,
    description: await standardInput(),
    // Within a day, the same id files no second issue.
    requestId: `file-issue-${group}`,
  });
  try {
    await scm.linkExternalIssue({ groupId, externalIssueId: issue.id });
  } catch (error) {
    if (!(error instanceof ScmError) || error.code !== Code.AlreadyExists) throw error;
  }
  const linked: string[] = [];
  for await (const { key } of pages(scm.listExternalIssues, { groupId })) linked.push(key);
  console.log(`${issue.key} ${issue.title} ${issue.webUrl}`.trimEnd());
  console.log(`Group ${group} is linked to ${linked.join(", ")}.`);
});
