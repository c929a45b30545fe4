// Streams of bytes, written to files: a file is there when it is whole, and nothing of it before or after a failure.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Code, createScmClient, ScmError } from "@sentry-scm/grpc-client";
import { ArchivePieceSchema } from "@sentry-scm/grpc-client/messages";
import { download } from "@sentry-scm/grpc-client/node";
import { cut, frame, running, trailers, whole } from "./site.js";

const PIECES = ["one\n", "two\n".repeat(1000)].map((text) => Buffer.from(text));
const CONTENT = Buffer.concat(PIECES);
const pieces = (info = {}) => [frame(ArchivePieceSchema, { info: { filename: "rocket.tar.gz", ...info } }), ...PIECES.map((data) => frame(ArchivePieceSchema, { data }))];
const good = (info) => whole(Buffer.concat([...pieces(info), trailers(0)]));

async function given(t) {
  const site = await running(t);
  const directory = await mkdtemp(join(tmpdir(), "download-"));
  t.after(() => rm(directory, { recursive: true }));
  const scm = createScmClient({ baseUrl: site.url, apiKey: "scm_key" });
  return { site, directory, fetch: (target, options) => download(scm.streamArchive, { repositoryId: 1n }, target, options) };
}

test("a download writes a file, tells of it, and names it in a directory as the server does", async (t) => {
  const { site, directory, fetch } = await given(t);
  site.answers = [good({ sizeBytes: BigInt(CONTENT.length), commitSha: "a" })];
  const seen = [];
  const done = await fetch(join(directory, "a.tgz"), { onProgress: (size, total) => seen.push([size, total]) });
  assert.deepEqual(await readFile(done.path), CONTENT);
  assert.deepEqual([done.sizeBytes, done.info.commitSha], [CONTENT.length, "a"]);
  assert.deepEqual([seen[0], seen.at(-1)], [[0, CONTENT.length], [CONTENT.length, CONTENT.length]]);
  assert.equal((await fetch(directory)).path, join(directory, "rocket.tar.gz"));
  assert.deepEqual((await readdir(directory)).sort(), ["a.tgz", "rocket.tar.gz"]);
});

test("a link is followed", async (t) => {
  const { site, directory, fetch } = await given(t);
  site.answers = [good()];
  await writeFile(join(directory, "real"), "before");
  await symlink("real", join(directory, "link"));
  await fetch(join(directory, "link"));
  assert.deepEqual(await readFile(join(directory, "real")), CONTENT);
});

test("a device takes the bytes, and a slash at the end asks for a directory", async (t) => {
  const { site, directory, fetch } = await given(t);
  site.answers = [good()];
  await symlink("/dev/null", join(directory, "sink"));
  assert.equal((await fetch(join(directory, "sink"))).sizeBytes, CONTENT.length);
  assert.ok((await stat("/dev/null")).isCharacterDevice());
  const before = site.seen.length;
  await assert.rejects(fetch(join(directory, "new/")), { code: "ENOENT" });
  assert.equal(site.seen.length, before);
  assert.deepEqual(await readdir(directory), ["sink"]);
});

test("the server's name leads to no other directory", async (t) => {
  const { site, directory, fetch } = await given(t);
  for (const filename of ["", "..", "../out", "a\\b", "C:a"]) {
    site.answers = [good({ filename })];
    await assert.rejects(fetch(directory), TypeError);
  }
  assert.deepEqual(await readdir(directory), []);
});

test("what is not whole leaves the file that was there, and is not mixed with a second attempt", async (t) => {
  const { site, directory, fetch } = await given(t);
  const target = join(directory, "a.tgz");
  await writeFile(target, "before");
  const failing = [
    [cut(Buffer.concat(pieces())), Code.Unavailable],
    [good({ sizeBytes: 1n }), Code.DataLoss],
    [good({ sizeBytes: 1_000_000n }), Code.DataLoss],
    [whole(trailers(0)), Code.DataLoss],
  ];
  for (const [answer, code] of failing) {
    site.answers = [answer];
    const before = site.seen.length;
    await assert.rejects(fetch(target), (error) => error instanceof ScmError && error.code === code);
    assert.equal(site.seen.length, before + 1);
    assert.equal(await readFile(target, "utf8"), "before");
    assert.deepEqual(await readdir(directory), ["a.tgz"]);
  }
});

test("a signal that ends the program leaves nothing", async (t) => {
  const { site, directory } = await given(t);
  site.answers = [(_, response) => {
    response.writeHead(200, { "content-type": "application/grpc-web+proto" });
    response.write(Buffer.concat(pieces()));
  }];
  const program = `
    import { createScmClient } from "@sentry-scm/grpc-client";
    import { download } from "@sentry-scm/grpc-client/node";
    await download(createScmClient({ baseUrl: ${JSON.stringify(site.url)} }).streamArchive, {}, ${JSON.stringify(join(directory, "a.tgz"))}, {
      onProgress: (size) => size && console.log("begun"),
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { cwd: new URL("..", import.meta.url), stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  assert.equal((await readdir(directory)).length, 1);
  child.kill("SIGINT");
  assert.deepEqual(await once(child, "exit"), [null, "SIGINT"]);
  assert.deepEqual(await readdir(directory), []);
});
