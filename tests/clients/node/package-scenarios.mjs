// What the package @sentry-scm/grpc-client is asked to do on a live site, in Node and in a browser.
import { Code, createScmClient, pages, ScmError } from "@sentry-scm/grpc-client";

const scenarios = {
  async pages({ scm, repositoryId, organizationId }) {
    const found = [];
    for await (const repository of pages(scm.listRepositories, { organizationId, pageSize: 1 })) found.push(repository.id);
    ok(found.includes(repositoryId), "the repository is listed");
  },

  async blame({ scm, repositoryId }) {
    const blame = await scm.getCommitContext({ repositoryId, commitSha: "HEAD", filepath: "src/app.py", lineNumber: 2 });
    equal(blame.blameAuthor?.name, "Zoë");
  },

  async "a stream, and leaving it"({ scm, repositoryId }) {
    const paths = [];
    for await (const { path } of scm.streamTree({ repositoryId })) paths.push(path);
    equal(paths.join(), "README.md,src/app.py");
    for await (const { path } of scm.streamTree({ repositoryId })) {
      equal(path, "README.md");
      break;
    }
  },

  async "a write, once"({ scm, organizationId }) {
    const { integrations } = await scm.listIntegrations({ organizationId });
    const request = { organizationId, integrationId: integrations[0].id, title: "It fails", requestId: crypto.randomUUID() };
    const [one, other] = [await scm.createExternalIssue(request), await scm.createExternalIssue(request)];
    equal(one.key, other.key);
  },

  async "errors that say why"({ scm, organizationId, url }) {
    const missing = await failure(scm.getRepository({ repositoryId: 9999n }));
    equal(`${missing.code} ${missing.reason}`, `${Code.NotFound} REPOSITORY_NOT_FOUND`);
    const invalid = await failure(scm.createExternalIssue({ organizationId, title: " " }));
    equal(invalid.code, Code.InvalidArgument);
    equal(invalid.violations.map(({ field }) => field).join(), "integration_id,title");
    const stranger = createScmClient({ baseUrl: url, apiKey: "scm_wrong" });
    equal((await failure(stranger.getRepository({ repositoryId: 1n }))).code, Code.Unauthenticated);
  },

  async "signed calls"({ url, hmac, repositoryId }) {
    const signed = createScmClient({ baseUrl: url, hmac });
    equal((await signed.getRepository({ repositoryId })).id, repositoryId);
    for await (const { path } of signed.streamTree({ repositoryId })) ok(path, "a stream is signed too");
    const forged = createScmClient({ baseUrl: url, hmac: { ...hmac, secret: "x".repeat(40) } });
    equal((await failure(forged.getRepository({ repositoryId }))).reason, "SIGNATURE_INVALID");
  },
};

/** Client, scenario and error (null: passed) of each. */
export async function runPackage({ url, apiKey, organizationId, repositoryId, keyId, secret }) {
  const given = {
    url,
    scm: createScmClient({ baseUrl: url, apiKey }),
    organizationId: BigInt(organizationId),
    repositoryId: BigInt(repositoryId),
    hmac: { keyId, secret, organizationId },
  };
  const results = [];
  for (const [scenario, act] of Object.entries(scenarios)) {
    let error = null;
    try {
      await act(given);
    } catch (thrown) {
      error = `${thrown.stack ?? thrown}`;
    }
    results.push({ client: "@sentry-scm/grpc-client", scenario, error });
  }
  return results;
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    ok(error instanceof ScmError, `a ScmError, not ${error}`);
    return error;
  }
  throw new Error("the call did not fail");
}

function ok(value, what) {
  if (!value) throw new Error(`it does not hold that ${what}`);
}

function equal(found, expected) {
  if (found !== expected) throw new Error(`${found} is not ${expected}`);
}
