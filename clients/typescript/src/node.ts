/// <reference types="node" />
// For Node alone: streams of bytes, written to files. The rules are those of the Python client.
import { createHash, randomBytes, type Hash } from "node:crypto";
import { unlinkSync } from "node:fs";
import { chmod, open, realpath, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { Code, type CallOptions } from "@connectrpc/connect";
import { ScmError } from "./errors.js";

/** What the first message of a stream of bytes may say of the content. */
interface Told {
  readonly filename?: string;
  readonly sizeBytes?: bigint | undefined;
  readonly sha?: string;
}

/** A message of a stream of bytes: bytes, under one of these names, and what the first message says of them all. */
type Piece = { readonly data: Uint8Array } | { readonly content: Uint8Array };
type Info<One> = { [Key in keyof One]: Key extends `$${string}` ? never : Exclude<One[Key], Uint8Array | undefined> }[keyof One];

/** A finished download: its file, its bytes, and what the server said of it first. */
export interface Downloaded<One extends Piece> {
  readonly path: string;
  readonly sizeBytes: number;
  readonly info: Info<One> | undefined;
}

export interface DownloadOptions extends CallOptions {
  /** Is told how many bytes are written and how many there will be; undefined where the server does not say. */
  readonly onProgress?: (sizeBytes: number, total: number | undefined) => void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
// A git blob's id is the hash of a header and the contents.
const HASHES: Readonly<Record<number, string>> = { 40: "sha1", 64: "sha256" };

/**
 * Writes a stream of bytes to a file:
 *
 *     await download(scm.streamArchive, { repositoryId: 1n }, "rocket.tar.gz");
 *
 * The file appears under its name when it is whole. Until then its bytes are beside it under another name, which is removed
 * after a failure and, where the program does not listen to them, after SIGINT, SIGTERM and SIGHUP. In a directory the file
 * has the server's name, or the end of the requested path. Throws ScmError, and the errors of node:fs.
 */
export async function download<Request extends object, One extends Piece>(
  stream: (request: Request, options?: CallOptions) => AsyncIterable<One>,
  request: Request,
  target: string,
  options: DownloadOptions = {},
): Promise<Downloaded<One>> {
  const { onProgress, ...call } = options;
  const wanted = await place(target);
  let path = wanted.path;
  let part = "";
  let file: FileHandle | undefined;
  let info: Info<One> | undefined;
  let told: Told = {};
  let hash: Hash | undefined;
  let size = 0;
  const forget = () => part && rmNow(part);
  const release = atSignals(forget);
  try {
    for await (const piece of stream(request, call)) {
      if (file === undefined) {
        info = infoOf(piece);
        told = (info ?? {}) as Told;
        if (wanted.isDirectory) path = join(path, fileName(told, request));
        hash = blobHash(told);
        // Nothing can take the place of a device or a pipe.
        part = wanted.isSpecial ? "" : join(dirname(path), `.${randomBytes(8).toString("hex")}.part`);
        file = part ? await open(part, "wx") : await open(path, "w");
      }
      const data = "data" in piece ? piece.data : piece.content;
      for (let at = 0; at < data.length; ) at += (await file.write(data, at)).bytesWritten;
      hash?.update(data);
      size += data.length;
      onProgress?.(size, totalOf(told));
    }
    check(told, file !== undefined, size, hash);
    await file?.close();
    if (part) {
      const before = await stat(path).catch(() => undefined);
      if (before) await chmod(part, before.mode & 0o7777);
      await rename(part, path);
    }
    return { path, sizeBytes: size, info };
  } catch (error) {
    await file?.close().catch(() => undefined);
    if (part) await rm(part, { force: true });
    throw error;
  } finally {
    release();
  }
}

/** What a path names. A link is followed: the file to which it points is replaced. */
async function place(target: string): Promise<{ path: string; isDirectory: boolean; isSpecial: boolean }> {
  const found = await stat(target).catch(() => undefined);
  const isDirectory = found?.isDirectory() ?? false;
  // Such as the pipe behind /dev/fd/63, which has no other path.
  const isSpecial = found !== undefined && !isDirectory && !found.isFile();
  if (isSpecial) return { path: target, isDirectory, isSpecial };
  const path = await realpath(target).catch(async () => join(await realpath(target.endsWith("/") || target.endsWith(sep) ? target : dirname(target)), basename(target)));
  return { path, isDirectory, isSpecial };
}

function infoOf<One extends Piece>(piece: One): Info<One> | undefined {
  const isInfo = ([name, value]: [string, unknown]) => !name.startsWith("$") && typeof value === "object" && !(value instanceof Uint8Array);
  return Object.entries(piece).find(isInfo)?.[1] as Info<One> | undefined;
}

function fileName(info: Told, request: object): string {
  const asked = "path" in request && typeof request.path === "string" ? request.path : "";
  const name = info.filename || (asked.split("/").at(-1) ?? "");
  if (["", ".", ".."].includes(name) || /[/\\\0:]/.test(name)) {
    throw new TypeError("The server gave no name that a file may have. Say how the file is to be called.");
  }
  return name;
}

const totalOf = (info: Told) => (info.sizeBytes === undefined ? undefined : Number(info.sizeBytes));

function blobHash(info: Told): Hash | undefined {
  const name = HASHES[info.sha?.length ?? 0];
  return name === undefined || info.sizeBytes === undefined ? undefined : createHash(name).update(`blob ${info.sizeBytes}\0`);
}

function check(info: Told, begun: boolean, size: number, hash: Hash | undefined): void {
  const broken = (why: string) => new ScmError(why, Code.DataLoss, { reason: "BROKEN_DOWNLOAD" });
  if (!begun) throw broken("The answer ended before it began.");
  const total = totalOf(info);
  if (total !== undefined && total !== size) throw broken(`${size} bytes arrived, but the server announced ${total}.`);
  if (hash && hash.digest("hex") !== info.sha) throw broken("The bytes that arrived do not have the SHA that the server announced.");
}

/** Does something before a signal ends the process. Where the program listens to the signal, the program decides. */
function atSignals(work: () => void): () => void {
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      process.off(signal, listener);
      if (process.listenerCount(signal) > 0) return;
      work();
      process.kill(process.pid, signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => listeners.forEach((off) => off());
}

function rmNow(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is not there yet, or not any more.
  }
}
