// A unified diff, read into the rows of a table: one beside the other, or one below the other. No elements are made here.

const HEAD = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;
const KINDS = { "+": "added", "-": "removed", "\\": "note" };

/**
 * Lines of hunks, in their order: {kind, text, old, now}. ``kind`` is "hunk", "added", "removed", "note" or "" for context;
 * ``old`` and ``now`` are line numbers, each only where the line is in that version.
 */
export function parse(text) {
  if (!text) return [];
  const lines = [];
  let old = 0;
  let now = 0;
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const head = HEAD.exec(line);
    if (head) {
      [old, now] = [Number(head[1]), Number(head[3])];
      lines.push({ kind: "hunk", text: line.replace(/^@@ -(\S+)/, "@@ −$1") });
      continue;
    }
    const kind = KINDS[line[0]] ?? "";
    const made = { kind, text: kind === "note" ? line.slice(1).trim() : line.slice(1) };
    if (kind === "removed" || !kind) made.old = old++;
    if (kind === "added" || !kind) made.now = now++;
    lines.push(made);
  }
  return lines;
}

/** Pairs for two columns: [left, right], a hunk's head or a note alone. What was removed stands beside what came for it. */
export function pairs(lines) {
  const rows = [];
  let [removed, added] = [[], []];
  const flush = () => {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1) rows.push([removed[index] ?? null, added[index] ?? null]);
    [removed, added] = [[], []];
  };
  for (const line of lines) {
    if (line.kind === "removed" && added.length) flush();
    if (line.kind === "removed") removed.push(line);
    else if (line.kind === "added") added.push(line);
    // Between what was removed and what was added, it says that the old file has no newline at its end.
    else if (line.kind === "note" && removed.length && !added.length) removed.push(line);
    else if (line.kind === "note" && added.length) added.push(line);
    else {
      flush();
      rows.push(line.kind ? [line] : [line, line]);
    }
  }
  flush();
  return rows;
}
