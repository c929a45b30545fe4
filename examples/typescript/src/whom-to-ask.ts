// Whom to ask about a failure: reads a stack trace, finds its frames in your repositories, names people and owners.
//   usage: node dist/whom-to-ask.js PROJECT_ID [--version REF] < TRACE
import { parseArgs } from "node:util";
import { run, scm, standardInput, UsageError } from "./scm.js";

// Python's frames, Java's, and those of languages that write path:line.
const FRAME =
  /File "([^"]+)", line (\d+)|at ([\w.$/]+)\.[\w$<>]+\(([\w.$]+\.\w+):(\d+)\)|((?:\w+:\/{2,3})?[\w@.~/\\-]+\.\w+):(\d+)/g;

await run(async () => {
  const { values, positionals } = parseArgs({ options: { version: { type: "string", default: "" } }, allowPositionals: true });
  const text = await standardInput();
  // Python writes the frame that failed last, most others write it first. One call takes 100 frames.
  const newestFirst = !text.includes('File "');
  const found = [...text.matchAll(FRAME)].map(([, python, pythonLine, module, file, fileLine, path, line]) => ({
    path: python ?? file ?? path ?? "",
    module: module ?? "",
    lineNumber: Number(pythonLine ?? fileLine ?? line),
  }));
  const asked = newestFirst ? found.slice(0, 100) : found.slice(-100);
  if (asked.length === 0) throw new UsageError("There is no frame in what was read.");

  const projectId = BigInt(positionals[0] ?? "1");
  const { frames } = await scm.resolveFrames({ projectId, version: values.version, frames: asked, newestFirst });
  frames.forEach((frame, index) => {
    const { path, lineNumber } = asked[index] ?? { path: "", lineNumber: 0 };
    if (frame.reason) {
      console.error(`${path}:${lineNumber}: ${frame.message}`);
      return;
    }
    const author = frame.blame?.blameAuthor;
    const person = frame.blame ? `${author?.name} <${author?.email}>` : frame.blameError?.message;
    const owners = frame.owners?.owners.length ? `, owned by ${frame.owners.owners.join(" ")}` : "";
    console.log(`${frame.topmostOwn ? "ask first" : "then"}: ${person} about ${frame.path}:${lineNumber}${owners}`);
  });
});
