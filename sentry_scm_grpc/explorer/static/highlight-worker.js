// Colours texts beside the page, which goes on. It says null when it is ready. Then each {names, text} becomes a tree, or
// null where no name is a language's.
import { highlight, knows } from "./highlighter.js";

addEventListener("message", ({ data: { names, text } }) => {
  const language = names.find(knows);
  postMessage(language ? highlight(language, text) : null);
});
postMessage(null);
