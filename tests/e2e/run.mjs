// Migrates real apps with the binary, builds and serves them, and plays a story in headless Chromium; then breaks each app in ways that have to show.
//   node run.mjs --binary PATH [--app vite|next|start] [--only CASE] [--shots DIR]
// Exit code 1: something failed; 2: a wrong argument, or a tool that isn't there.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = dirname(fileURLToPath(import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

function refuse(message) {
  console.error(message);
  process.exit(2);
}

function readArguments() {
  const options = { binary: { type: "string" }, app: { type: "string" }, only: { type: "string" }, shots: { type: "string" } };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse(error.message);
  }
}

const { binary, app, only, shots = join(HERE, "../../target/e2e") } = readArguments();
if (!binary) refuse("--binary PATH is needed");
if (!existsSync(binary)) refuse(`there is no ${binary}`);
if (!existsSync(CHROMIUM)) refuse(`there is no ${CHROMIUM}: install Chromium, or set CHROMIUM`);
if (!existsSync(join(HERE, "node_modules"))) refuse(`run \`npm ci\` in ${HERE} first`);

// Only now: these need the packages.
const { AppRun } = await import("./lib/app-run.mjs");
const { casesOf } = await import("./lib/cases.mjs");
const { FRAMEWORKS } = await import("./lib/frameworks.mjs");
const { Report, Stop } = await import("./lib/report.mjs");

const apps = Object.keys(FRAMEWORKS).filter((name) => !app || name === app);
if (apps.length === 0) refuse(`no app ${app}: there are ${Object.keys(FRAMEWORKS).join(", ")}`);
const cases = new Set(apps.flatMap((name) => casesOf(FRAMEWORKS[name]).map((each) => each.name)));
if (only && !cases.has(only)) refuse(`no case ${only}: there are ${[...cases].join(", ")}`);

// All that the browser and the builds put aside goes there, and is gone when the run ends, however it ends.
const scratch = mkdtempSync(join(tmpdir(), "convex-clerk-e2e-"));
process.env.TMPDIR = scratch;
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const report = new Report();
for (const name of apps) {
  try {
    await new AppRun({ name, here: HERE, scratch, binary: resolve(binary), shots: resolve(shots), report }).run((each) => !only || each === only);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
}
report.end();
