// Runs the scenarios in Chromium; prints as JSON what came of them. Some keep screenshots, unless the directory is "".
//   node run.mjs '{"url", "apiKey", "organizationId", "repositoryId", ..., "screenshots": DIRECTORY}'
import { openBrowser } from "./browser.mjs";
import { scenarios as access } from "./access.mjs";
import { scenarios as browsing } from "./browse.mjs";
import { scenarios as comfort } from "./comfort.mjs";
import { scenarios as pulls } from "./pulls.mjs";
import { scenarios } from "./scenarios.mjs";

const at = JSON.parse(process.argv[2]);
const { found, runAll, close } = await openBrowser(at.url);
await runAll({ ...scenarios, ...browsing, ...pulls, ...comfort, ...access }, at);
await close();
process.stdout.write(JSON.stringify(found));
