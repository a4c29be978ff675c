// Type-checks the functions of fixtures marked `typescript = 7` with TypeScript 7, which takes in no types of packages by itself: as they
// become, and with the tsconfig.json that they had, which has to fail.
//   node types7.mjs [--fixtures DIR] [--only GLOB]
import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import {
  NODE_MODULES, Report, completeProject, existsSync, findFixtures, join, listFiles, overlay, packagesOf, parseArgs, scratchFolder,
} from "./lib.mjs";

const TSC = join(NODE_MODULES, "typescript-7/bin/tsc");
const args = parseArgs(process.argv.slice(2), {});
const report = new Report();
const fixtures = findFixtures(args).filter(({ info }) => info.typescript === 7);

for (const fixture of fixtures) {
  const { id, before, after } = fixture;
  const root = overlay(join(scratchFolder("types7", packagesOf(fixture)), id), before, after);
  completeProject(root);
  const settings = listFiles(after).find((file) => /(^|\/)tsconfig\.json$/.test(file));
  if (!settings) {
    report.result(id, ["after/ has no tsconfig.json: nothing to check"]);
    continue;
  }
  const problems = errors(join(root, settings));
  if (existsSync(join(before, settings))) cpSync(join(before, settings), join(root, settings));
  const without = errors(join(root, settings));
  if (!without.some((line) => line.includes("Cannot find name 'process'"))) problems.push("passes without `types` too: the check shows nothing");
  report.result(id, problems);
}
report.end(fixtures.length);

function errors(project) {
  const run = spawnSync(process.execPath, [TSC, "--noEmit", "--skipLibCheck", "-p", project], { encoding: "utf8" });
  const lines = `${run.stdout}${run.stderr}`.split("\n").filter((line) => line.includes("error "));
  return run.status === 0 || lines.length > 0 ? lines : [`tsc ended with ${run.status ?? run.error}`];
}
