// A file's lines, coloured. A worker does it, so that a text that takes long, or was made to, does not hold up the page. It
// gives a tree, of which elements are made here: no text of a repository is read as HTML.
import { h } from "./dom.js";

const MAX_CHARACTERS = 300_000;
const MAX_LINE = 5_000;
const MAX_MILLISECONDS = 10_000;
const INTERPRETERS = { node: "javascript", deno: "typescript", sh: "bash", dash: "bash" };

/** What the language may be called: the file's name, the end of it, or the interpreter of its first line. */
function namesOf(path, first) {
  const name = path.split("/").at(-1).toLowerCase();
  const interpreter = /^#!.*?\/(?:env\s+(?:-\S+\s+)*)?([a-z]+)[\d.]*\s*(?:\s-.*)?$/.exec(first)?.[1];
  return [name.replace(/^\./, ""), name.split(".").at(-1), name.split(".")[0], INTERPRETERS[interpreter] ?? interpreter].filter(Boolean);
}

/**
 * The content of each line, as nodes; null where the language is not known, or the text too long or too slow to colour.
 * ``place`` is where the text is shown.
 */
export async function coloured(path, text, place) {
  const lines = text.split("\n");
  if (!text || text.length > MAX_CHARACTERS || lines.some((line) => line.length > MAX_LINE)) return null;
  const tree = await worked({ names: namesOf(path, lines[0]), text }, place);
  return tree && split(tree);
}

// One worker colours text after text: a page of many diffs would otherwise start hundreds of workers at once, each of which
// reads all languages.
let worker = null;
const waiting = [];
let current = null;

function worked(message, place) {
  return new Promise((resolve) => {
    waiting.push({ message, place, resolve });
    next();
  });
}

/** Begins the next text. Those of a view that was left come last. */
async function next() {
  if (current || !waiting.length) return;
  const found = waiting.findIndex(({ place }) => place.isConnected);
  [current] = waiting.splice(Math.max(found, 0), 1);
  const { message, resolve } = current;
  let tree = null;
  try {
    worker ??= await start();
    tree = await answered(worker, message);
  } catch {
    worker?.terminate();
    worker = null;
  }
  resolve(tree);
  current = null;
  next();
}

/** A worker that has read its languages, which may take long where the network or the machine is slow. */
async function start() {
  const made = new Worker(new URL("highlight-worker.js", import.meta.url), { type: "module" });
  await new Promise((resolve, reject) => Object.assign(made, { onmessage: resolve, onerror: reject }));
  return made;
}

/** What the worker answers; fails where it takes too long. */
function answered(to, message) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(reject, MAX_MILLISECONDS);
    const end = (how) => (given) => (clearTimeout(timer), how(given));
    Object.assign(to, { onmessage: end(({ data }) => resolve(data)), onerror: end(reject) });
    to.postMessage(message);
  });
}

/** A tree, cut at the ends of lines. */
function split(tree) {
  const lines = [[]];
  function walk(node, classes) {
    if (node.type === "text") {
      node.value.split("\n").forEach((part, index) => {
        if (index) lines.push([]);
        if (part) lines.at(-1).push(classes ? h("span", { class: classes }, part) : part);
      });
      return;
    }
    const own = node.properties?.className?.join(" ") ?? "";
    for (const child of node.children) walk(child, [classes, own].filter(Boolean).join(" "));
  }
  walk(tree, "");
  return lines;
}
