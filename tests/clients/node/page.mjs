// What the page in the browser runs.
import { everywhere } from "./everywhere-clients.mjs";
import { runPackage } from "./package-scenarios.mjs";
import { run } from "./scenarios.mjs";

globalThis.runAll = async (config) => {
  const results = [];
  for (const [name, client] of Object.entries(everywhere(config))) results.push(...(await run(name, client, config)));
  return results;
};

globalThis.runPackage = runPackage;
