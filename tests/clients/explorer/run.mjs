// Runs the scenarios in Chromium and takes the screenshots; prints as JSON what came of them.
//   node run.mjs '{"url", "apiKey", "organizationId", "repositoryId", ..., "screenshots": DIRECTORY}'
import { openBrowser } from "./browser.mjs";
import { scenarios as access } from "./access.mjs";
import { scenarios as browsing, view } from "./browse.mjs";
import { scenarios as comfort } from "./comfort.mjs";
import { open, run, scenarios, signIn } from "./scenarios.mjs";

const at = JSON.parse(process.argv[2]);
const { found, inPage, runAll, close } = await openBrowser(at.url);
await runAll({ ...scenarios, ...browsing, ...comfort, ...access }, at);

for (const [device, viewport] of [["phone", { width: 390, height: 844 }], ["desk", { width: 1280, height: 900 }]]) {
  for (const colorScheme of ["light", "dark"]) {
    await inPage({ viewport, colorScheme, reducedMotion: "reduce" }, async (page) => {
      const shot = (what, fullPage = true) => page.screenshot({ path: `${at.screenshots}/${device}-${colorScheme}-${what}.png`, fullPage });
      await shot("start");
      await signIn(page, at);
      await open(page, `ListCommits?repository_id=${at.repositoryId}`);
      await run(page);
      await shot("commits");
      await open(page, `GetCommit?repository_id=${at.repositoryId}&commit_sha=HEAD~1`);
      await run(page);
      await shot("error");
      await page.getByLabel(/^commit_sha/).fill("main");
      await run(page);
      await shot("commit");
      await open(page, `GetFile?repository_id=${at.repositoryId}&path=src/new.py`);
      await run(page);
      await page.getByRole("button", { name: "Blame" }).click();
      await page.locator("table.blame").waitFor();
      await shot("blame");
      for (const [name, address] of Object.entries({ repositories: "", tree: "/tree", file: "/file?path=src/new.py&line=2", history: "/history", change: `/commit?sha=${at.renameCommit}`, unified: `/compare?base=main&head=${at.topic}&layout=unified&file=old.py`, split: `/compare?base=main&head=${at.topic}&layout=split&file=old.py`, search: "/search?q=compute", refused: "/file?path=none" })) {
        await view(page, address && `${at.repositoryId}${address}`);
        if (name === "change") await page.getByRole("button", { name: /^Diff of/ }).click();
        if (name === "change") await page.locator("table.diff").waitFor();
        await shot(`browse-${name}`, false);
      }
    }).catch((error) => found.errors.push(`${device} ${colorScheme}: ${error.stack}`));
  }
}
await close();
process.stdout.write(JSON.stringify(found));
