// A file's lines, coloured. The highlighter comes with the first file that it can colour; what it gives is a tree, of which
// elements are made: no text of a repository is read as HTML.
import { h } from "./dom.js";

// More takes a moment in which the page would stand still.
const MAX_CHARACTERS = 300_000;
const MAX_LINE = 5_000;

/** What a language may be called: the file's name, the end of it, or the interpreter of its first line. */
function* names(path, first) {
  const name = path.split("/").at(-1).toLowerCase();
  yield name.replace(/^\./, "");
  for (const part of [name.split(".").at(-1), name.split(".")[0]]) if (part !== name) yield part;
  const interpreter = /^#!.*?\/(?:env\s+(?:-\S+\s+)*)?([a-z]+)[\d.]*\s*(?:\s-.*)?$/.exec(first)?.[1];
  if (interpreter) yield { node: "javascript", deno: "typescript", sh: "bash", dash: "bash" }[interpreter] ?? interpreter;
}

/** The content of each line, as nodes: coloured where the language is known and the text is not too long. */
export async function coloured(path, text) {
  const lines = text.split("\n");
  if (text.length > MAX_CHARACTERS || lines.some((line) => line.length > MAX_LINE)) return lines.map((line) => [line]);
  const { highlight, knows } = await import("./highlighter.js");
  const language = [...names(path, lines[0])].find(knows);
  return language ? split(highlight(language, text)) : lines.map((line) => [line]);
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
