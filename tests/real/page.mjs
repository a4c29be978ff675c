// Drives `--format html` in a real browser: ticks, unticks, saves, and lets git take what was saved.
//   node page.mjs --binary PATH [--fixtures DIR] [--only GLOB] [--shots DIR]
// The page of every fixture is opened and looked at, wide and narrow; of one with six groups every choice is saved and applied, and it is read
// without script, in the dark, on paper, by keys, and with names and contents that try to act.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { Report, findFixtures, join, parseArgs, readFileSync, writeFileSync } from "./lib.mjs";

/** The fixture whose every choice is saved. */
const SIX_GROUPS = "react/gate-shop";
const WIDTHS = [1280, 390];

const args = parseArgs(process.argv.slice(2), { values: ["binary", "shots"] });
const report = new Report();
const scratch = mkdtempSync(join(tmpdir(), "convex-clerk-page-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

function run(cwd, program, ...rest) {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const done = spawnSync(program, rest, { cwd, encoding: "utf8", env, maxBuffer: 1 << 28 });
  if (done.error) throw done.error;
  return done;
}

function must(cwd, program, ...rest) {
  const done = run(cwd, program, ...rest);
  if (done.status !== 0) throw new Error(`${program} ${rest.join(" ")}: ${done.stderr || done.stdout}`);
  return done.stdout;
}

/** A copy of the files of a folder, and the page that the binary makes for it. */
function project(name, from, flags) {
  const repository = join(scratch, name.replaceAll("/", "+"), "repository");
  mkdirSync(repository, { recursive: true });
  cpSync(from, repository, { recursive: true });
  must(repository, "git", "init", "--quiet");
  const page = join(repository, "..", "page.html");
  const made = run(repository, args.binary, "migrate", "--dry-run", "--output", page, ...flags);
  // 3: refused, which the page says.
  if (made.status !== 0 && made.status !== 3) throw new Error(`exit code ${made.status}: ${made.stderr}`);
  return { repository, page, patch: made.stdout };
}

/** Opens a page; what it complains about is kept. */
async function open(browser, file, options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => said.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (!/^(file|blob):/.test(request.url())) said.push(`asks for ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  return { page, context, said };
}

/** What stands out of the window, at each width and in both views. */
async function overflow(page, name) {
  const found = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const view of ["unified", "split"]) {
      if (await page.locator(`input[value=${view}]`).isVisible()) await page.check(`input[value=${view}]`);
      const wide = await page.evaluate(() => {
        const limit = document.documentElement.clientWidth;
        const out = [...document.querySelectorAll("header, header *, nav *, main *")].filter((element) => {
          const box = element.getBoundingClientRect();
          return box.width > 0 && getComputedStyle(element).position !== "absolute" && (box.right > limit + 1 || box.left < -1);
        });
        const scrolls = document.documentElement.scrollWidth > limit ? ["the page scrolls sideways"] : [];
        return [...scrolls, ...out.slice(0, 3).map((element) => `${element.tagName}.${element.className} stands out`)];
      });
      found.push(...wide.map((what) => `${width} px, ${view}: ${what}`));
      if (args.shots) {
        mkdirSync(args.shots, { recursive: true });
        await page.screenshot({ path: join(args.shots, `${name.replaceAll("/", "+")}-${width}-${view}.png`), fullPage: true });
      }
    }
  }
  return found;
}

async function look(browser, name, made) {
  const { page, context, said } = await open(browser, made.page);
  const found = [...(await overflow(page, name)), ...said];
  await context.close();
  return found;
}

async function save(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  return readFileSync(await download.path());
}

/** Every choice of groups that a person can come to: what is saved applies, and is the change of just those files. */
async function choices(browser, made) {
  const { page, context, said } = await open(browser, made.page);
  const found = [];
  const boxes = await page.locator("input[data-group]").count();
  if (boxes !== 6) found.push(`${boxes} groups instead of 6`);
  const { groups, files } = await page.evaluate(() => JSON.parse(document.getElementById("data").textContent));
  const seen = new Set();
  for (let wanted = 0; wanted < 1 << boxes; wanted++) {
    // All off, then those that are wanted on: each brings what it needs.
    for (let box = 0; box < boxes; box++) await page.setChecked(`[data-group="${box}"]`, false);
    const expected = new Set();
    for (let box = 0; box < boxes; box++) {
      if (!(wanted & (1 << box))) continue;
      await page.setChecked(`[data-group="${box}"]`, true);
      for (const one of [box, ...groups[box].needs]) expected.add(one);
    }
    const ticked = await page.locator("input[data-group]:checked").evaluateAll((all) => all.map((box) => Number(box.dataset.group)));
    const choice = [...expected].sort().join(" ");
    if (ticked.sort().join(" ") !== choice) found.push(`wanted ${choice}, ticked ${ticked.join(" ")}`);
    if (ticked.length === 0) {
      if (!(await page.locator("#save").isDisabled())) found.push("nothing can be saved");
      continue;
    }
    if (seen.has(choice)) continue;
    seen.add(choice);
    const shown = await page.locator(".variant:visible").count();
    const changed = files.filter((file) => file.groups.some((group) => expected.has(group))).length;
    if (shown !== changed) found.push(`${choice}: ${shown} files are shown, ${changed} change`);
    found.push(...applied(made, await save(page), choice, ticked.length === boxes, changed));
  }
  if (seen.size < 15) found.push(`only ${seen.size} different choices`);
  // Unticking what others need takes them along, and says so.
  await page.setChecked('[data-group="5"]', true);
  await page.setChecked('[data-group="0"]', false);
  const left = await page.locator("input[data-group]:checked").count();
  const note = await page.textContent("#said");
  if (left !== 0 || !note.startsWith("Unticked with it: ")) found.push(`the wiring was unticked: ${left} are left, "${note}"`);
  await context.close();
  return [...found, ...said];
}

function applied({ repository, patch }, saved, choice, isAll, changed) {
  const file = join(repository, "..", "saved.patch");
  writeFileSync(file, saved);
  const found = [];
  const check = run(repository, "git", "apply", "--check", file);
  if (check.status !== 0) found.push(`${choice}: ${check.stderr}`);
  const files = must(repository, "git", "apply", "--numstat", file).trim().split("\n").length;
  if (files !== changed) found.push(`${choice}: the patch is of ${files} files, ${changed} change`);
  if (isAll && saved.toString() !== patch) found.push("all that is offered is not what --dry-run prints");
  return found;
}

/** Names and contents that try to act. */
async function hostile(browser) {
  const from = join(scratch, "hostile", "before");
  const quickstart = join(args.fixtures, "react/gate-shop/before");
  cpSync(quickstart, from, { recursive: true });
  const main = readFileSync(join(from, "src/main.tsx"), "utf8");
  const evil = '/* </script><script>alert(1)</script><img src=x onerror=alert(2)> \u202eevil\u202c \u001b[31m <!-- \u2028 &lt; */\n';
  const name = 'a</script><b onmouseover="alert(3)">\u202e&.tsx';
  writeFileSync(join(from, "src/main.tsx"), main.replace("createRoot(doc", `${evil}createRoot(doc`));
  const folder = name.replaceAll("/", "");
  const orders = readFileSync(join(from, "src/pages/Orders.tsx"), "utf8");
  mkdirSync(join(from, "src/pages", folder.slice(0, -4)));
  writeFileSync(join(from, "src/pages", folder.slice(0, -4), folder), orders.replaceAll('"../', '"../../'));
  const app = readFileSync(join(from, "src/App.tsx"), "utf8");
  const specifier = JSON.stringify(`./pages/${folder.slice(0, -4)}/${folder.slice(0, -4)}`);
  writeFileSync(join(from, "src/App.tsx"), app.replace('"./pages/Orders"', specifier));
  const made = project("hostile/page", from, []);
  const { page, context, said } = await open(browser, made.page);
  const found = [...said, ...(await overflow(page, "hostile"))];
  const text = await page.textContent("main");
  if (!text.includes("</script><script>alert(1)</script>")) found.push("the comment is not shown as text");
  if (!text.includes("\\u{202e}evil") || !text.includes("\\x1b[31m")) found.push("direction and control characters are not written out");
  if (/[\u202e\u2028\u001b]/.test(text)) found.push("a control character is left");
  if (!text.includes('a<script><b onmouseover="alert(3)">') && !text.includes('<b onmouseover="alert(3)">')) found.push("the hostile name is not there");
  if ((await page.locator("main img, main b[onmouseover], main script").count()) > 0) found.push("an element came of a text");
  const saved = await save(page);
  if (saved.toString() !== made.patch) found.push("the patch that is saved is not the one that is printed");
  await context.close();
  return found;
}

/** Without its script the page shows what was chosen; in the dark it is dark; on paper the tools are gone. */
async function quiet(browser, made) {
  const found = [];
  const bare = await open(browser, made.page, { javaScriptEnabled: false });
  if ((await bare.page.locator(".variant:visible").count()) === 0) found.push("nothing is shown without script");
  if (await bare.page.locator("input[data-group]").first().isVisible()) found.push("a box is shown that can't work");
  if (await bare.page.locator("#save").isVisible()) found.push("a button is shown that can't work");
  await bare.context.close();
  const dark = await open(browser, made.page, { colorScheme: "dark" });
  const paper = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  if ((await paper(dark.page)) === "rgb(255, 255, 255)") found.push("the dark page is white");
  await dark.page.emulateMedia({ media: "print", colorScheme: "light" });
  if (await dark.page.locator("#save").isVisible()) found.push("the button is printed");
  await dark.context.close();
  const keys = await open(browser, made.page);
  const { files } = await keys.page.evaluate(() => JSON.parse(document.getElementById("data").textContent));
  await keys.page.keyboard.press("Tab");
  if ((await keys.page.evaluate(() => document.activeElement.className)) !== "skip") found.push("the first stop is not the way past the header");
  await keys.page.focus('[data-group="1"]');
  await keys.page.keyboard.press("Space");
  if (await keys.page.isChecked('[data-group="1"]')) found.push("the space bar does not untick");
  // What was unticked stays so when the page is loaded again.
  await keys.page.click("a[href='#file-0'] >> nth=0");
  await keys.page.reload();
  if (await keys.page.isChecked('[data-group="1"]')) found.push("a choice is lost when the page is loaded again");
  if ((await keys.page.locator(".variant:visible").count()) !== files.length - 2) found.push("the page shows another choice than is ticked");
  await keys.context.close();
  return found;
}

async function main() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const fixtures = findFixtures(args);
  for (const fixture of fixtures) {
    const flags = [...(fixture.info.options ?? []), ...(fixture.info.rules ?? []).flatMap((rule) => ["--rule", rule])];
    try {
      const made = project(fixture.id, fixture.before, flags);
      const found = await look(browser, fixture.id, made);
      if (fixture.id === SIX_GROUPS) found.push(...(await choices(browser, made)), ...(await quiet(browser, made)), ...(await hostile(browser)));
      report.result(fixture.id, found);
    } catch (error) {
      report.fail(fixture.id, [String(error.stack ?? error)]);
    }
  }
  await browser.close();
  report.end(fixtures.length, "pages");
}

await main();
