// The measured thing is the right one: all apps of a small monorepo are migrated, and its node_modules is left alone. Says nothing of time.
import { join } from "node:path";
import { makeMonorepo } from "./monorepo/index.mjs";
import { measure } from "./measure.mjs";
import { WORK } from "./paths.mjs";
import { findTools } from "./tools.mjs";

const FILES = 1_000;

export function checkPlan(binary) {
  const found = [false, true].map((dense) => ({ name: dense ? "dense" : "plain", problems: [...faults(binary, dense)] }));
  for (const { name, problems } of found) for (const problem of problems) console.log(`FAIL ${name}: ${problem}`);
  const failed = found.filter(({ problems }) => problems.length > 0).length;
  console.log(`${found.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

function* faults(binary, dense) {
  const root = join(WORK, "monorepo");
  const apps = makeMonorepo(root, { files: FILES, dense });
  const run = measure([binary, "migrate", "--dry-run", "--format", "json", "."], { cwd: root });
  if (run.status !== 0) return yield `exit code ${run.status}: ${run.stderr}`;
  const migrated = JSON.parse(run.stdout).apps.filter(({ outcome }) => outcome === "migrated");
  if (migrated.length !== apps) yield `${migrated.length} of ${apps} apps are migrated`;
  const frameworks = new Set(migrated.map(({ framework }) => framework));
  if (frameworks.size !== 2) yield `frameworks: ${[...frameworks].join(", ")}`;
  const [, rg] = findTools(binary, ["rg"]);
  const found = measure(rg.command, { cwd: root }).stdout.trim().split("\n");
  if (found.some((path) => path.includes("node_modules"))) yield "node_modules is not ignored";
  if (found.length > FILES / 2 !== dense) yield `${found.length} of ${FILES} files import convex/react`;
}
