// The extension in a real editor: packs it, installs it into code-server, and goes through its commands in Chromium, on a copy of a fixture.
//   node test/code-server.mjs CODE_SERVER BINARY PICTURES
// CODE_SERVER is the folder of the npm package code-server with its dependencies, BINARY a convex-clerk with `lsp`, or test/stub-server.mjs.
// PICTURES gets a screenshot of each step. $CHROMIUM names a browser other than /usr/bin/chromium.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FIXTURE = join(ROOT, "../../fixtures/react/quickstart");
/** How long one step may take: a bound, not a measure. */
const PATIENCE_MS = 60_000;

const [codeServer, binary, pictures] = process.argv.slice(2).map((path) => resolve(path));
if (!pictures) {
  console.error("usage: node test/code-server.mjs CODE_SERVER BINARY PICTURES");
  process.exit(2);
}

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "convex-clerk-code-server-")));
const data = join(scratch, "data");
const app = join(scratch, "quickstart");
const stranger = join(scratch, "stranger");
/** What the stranger's program would write. */
const intruded = join(scratch, "intruded");
const entry = join(codeServer, "out/node/entry.js");
const folders = ["--user-data-dir", data, "--extensions-dir", join(scratch, "extensions"), "--config", join(scratch, "config.yaml")];

function prepare() {
  mkdirSync(pictures, { recursive: true });
  for (const folder of [app, stranger]) cpSync(join(FIXTURE, "before"), folder, { recursive: true });
  mkdirSync(join(stranger, ".vscode"));
  writeFileSync(join(stranger, ".vscode/settings.json"), JSON.stringify({ "convexClerk.server.path": join(stranger, "program") }));
  writeFileSync(join(stranger, "program"), `#!/bin/sh\necho ran >"${intruded}"\n`, { mode: 0o755 });
  writeFileSync(join(scratch, "config.yaml"), "auth: none\n");
  for (const [place, settings] of Object.entries({
    // What a machine says of itself, which is where a program is named when the editor runs elsewhere.
    Machine: { "convexClerk.server.path": binary },
    User: {
      "convexClerk.suggestMigration": true,
      "workbench.startupEditor": "none",
      "workbench.colorTheme": "Default Dark Modern",
      "telemetry.telemetryLevel": "off",
      "chat.commandCenter.enabled": false,
    },
  })) {
    mkdirSync(join(data, place), { recursive: true });
    writeFileSync(join(data, place, "settings.json"), JSON.stringify(settings));
  }
  const vsix = join(scratch, "convex-clerk.vsix");
  execFileSync(process.execPath, [join(ROOT, "scripts/package.mjs"), vsix], { stdio: "pipe" });
  execFileSync(process.execPath, [entry, ...folders, "--install-extension", vsix], { stdio: "pipe" });
}

/** Starts code-server, and gives its address once it listens. */
function start() {
  const args = [entry, ...folders, "--bind-addr", "127.0.0.1:0", "--disable-telemetry", "--disable-update-check"];
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const address = new Promise((found, failed) => {
    let said = "";
    server.stdout.setEncoding("utf8").on("data", (text) => {
      said += text;
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (url) found(url);
    });
    server.on("exit", () => failed(new Error(`code-server ended: ${said}`)));
  });
  return { server, address };
}

/** The frame in which a page of the extension is shown. */
async function pageWith(page, selector) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await page.waitForTimeout(200)) {
    for (const frame of page.frames()) {
      if (
        await frame
          .locator(selector)
          .first()
          .isVisible()
          .catch(() => false)
      )
        return frame;
    }
  }
  throw new Error(`no page shows ${selector}`);
}

let pictured = 0;
const picture = async (page, name) => {
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(pictures, `${++pictured}-${name}.png`) });
};

async function command(page, title) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").fill(`>Convex Clerk: ${title}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
  await page.keyboard.press("Enter");
}

async function open(page, file) {
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input").fill(file);
  await page
    .locator(".quick-input-list .monaco-list-row", { hasText: file.split("/").at(-1) })
    .first()
    .waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".tab.active", { hasText: file.split("/").at(-1) }).waitFor();
}

/** Opens a folder, and in it the file with the provider. */
async function visit(page, url, folder, answer) {
  await page.goto(`${url}/?folder=${folder}`);
  await page.getByRole("button", { name: answer }).click();
  await open(page, "src/main.tsx");
  await page.locator(".view-line", { hasText: "<ConvexProvider" }).waitFor();
}

/** Opens the lightbulb on the provider. */
async function lightbulb(page, name) {
  const place =
    readFileSync(join(app, "src/main.tsx"), "utf8")
      .split("\n")
      .findIndex((line) => line.includes("<ConvexProvider")) + 1;
  await page.keyboard.press("Control+G");
  await page.locator(".quick-input-widget input").fill(`:${place}:8`);
  await page.keyboard.press("Enter");
  const offered = page.locator(".action-widget .action", { hasText: "Migrate this app to Clerk" }).first();
  // Until the server runs, other extensions may have something to offer, or nobody.
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !(await offered.isVisible()); await page.waitForTimeout(1000)) {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+.");
  }
  assert.ok(await offered.isVisible(), "the migration is not offered");
  console.log(`${name}:`, (await page.locator(".action-widget .action .title").allTextContents()).join(" | "));
  await picture(page, name);
  await page.keyboard.press("Escape");
}

/** A workspace that names a program of its own: it works, by the machine's program, and that one never runs. */
async function walkUntrusted(page, url) {
  await visit(page, url, stranger, /No, I don't trust/);
  await lightbulb(page, "untrusted");
  assert.ok(!existsSync(intruded), "a program of an untrusted workspace ran");
}

async function walk(page, url) {
  const problems = [];
  page.on("console", (message) => /Content.Security.Policy/i.test(message.text()) && problems.push(message.text()));
  await visit(page, url, app, /Yes, I trust/);
  // Whether the server has the settings.
  await page
    .locator(".cdr.squiggly-hint")
    .first()
    .waitFor({ timeout: 10_000 })
    .catch(() => console.log("no hint on ConvexProvider"));
  await lightbulb(page, "lightbulb");

  await command(page, "Preview the Migration");
  const preview = await pageWith(page, "h1");
  assert.match(await preview.locator("h1").textContent(), /Move to Clerk/);
  await picture(page, "preview");

  await command(page, "Show the Graph");
  const graph = await pageWith(page, "svg");
  assert.equal(await graph.locator("script").count(), 0);
  await picture(page, "graph");

  await command(page, "Check This App");
  await page.locator(".output-view, .panel.integrated-output, .part.panel").first().waitFor();
  await picture(page, "check");

  await open(page, "src/main.tsx");
  await command(page, "Migrate This App to Clerk");
  await page.locator(".view-line", { hasText: "ConvexProviderWithClerk" }).first().waitFor();
  await picture(page, "migrated");
  await page.getByRole("button", { name: "Save All" }).click();
  if (!binary.endsWith(".mjs")) await page.waitForTimeout(2000).then(compare);
  assert.deepEqual(problems, []);
}

/** What was saved is what the fixture says, byte for byte. */
function compare() {
  const files = readdirSync(join(FIXTURE, "after"), { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  assert.ok(files.length > 0);
  for (const { parentPath, name } of files) {
    const file = relative(join(FIXTURE, "after"), join(parentPath, name));
    assert.equal(readFileSync(join(app, file), "utf8"), readFileSync(join(FIXTURE, "after", file), "utf8"), file);
  }
  console.log(`saved: ${files.length} files are as the fixture has them`);
}

prepare();
const { server, address } = start();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme: "dark" });
page.setDefaultTimeout(PATIENCE_MS);
try {
  const url = await address;
  await walkUntrusted(page, url);
  await walk(page, url);
  console.log(`passed; the pictures are in ${pictures}`);
} catch (error) {
  await picture(page, "failed").catch(() => {});
  throw error;
} finally {
  await browser.close();
  server.kill();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
