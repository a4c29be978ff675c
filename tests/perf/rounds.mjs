// All tools on one monorepo, in rounds: what else the machine does falls on all of them alike.
import { join } from "node:path";
import { makeMonorepo } from "./monorepo/index.mjs";
import { measure, summary } from "./measure.mjs";
import { WORK } from "./paths.mjs";
import { OURS } from "./tools.mjs";

/** A tool that takes so many seconds is run once: its noise no longer matters beside a tool that takes one. */
const SLOW = 60;

/** @returns a row for each tool that did its work */
export function measureSize(tools, { files, dense, runs, appFiles }) {
  const root = join(WORK, "monorepo");
  const apps = makeMonorepo(root, { files, dense, appFiles });
  // The system reads the files from memory from here on, and no tool is the first one.
  for (const tool of tools.slice(0, 2)) measure(tool.command, { cwd: root });
  const taken = new Map(tools.map((tool) => [tool, []]));
  for (let round = 0; round < runs; round++) {
    console.error(`${files} files, round ${round + 1} of ${runs}`);
    for (const [tool, its] of taken) {
      if (its.some(({ wall }) => wall > SLOW)) continue;
      const run = measure(tool.command, { cwd: root });
      const fault = faultOf(tool, run, apps);
      if (fault && tool.name === OURS) throw new Error(fault);
      if (fault) console.log(`left out, ${files} files: ${fault}`);
      if (fault) taken.delete(tool);
      else its.push(run);
    }
  }
  return [...taken].map(([{ name }, its]) => ({ tool: name, files, dense, ...summary(its) }));
}

/** A tool that changed nothing would be fast. */
function faultOf(tool, { status, stdout, stderr }, apps) {
  const changed = tool.changed?.(stdout) ?? apps;
  if (status === 0 && changed === apps) return undefined;
  return `${tool.name}: exit code ${status}, ${changed} of ${apps} providers changed\n${(stderr || stdout).slice(-500)}`;
}
