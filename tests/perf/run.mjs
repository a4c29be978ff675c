// What `convex-clerk migrate --dry-run` costs on monorepos, beside other tools in the same run.
//   node run.mjs --binary PATH [--files 1000,5000,30000] [--dense] [--peers rg,ast-grep] [--runs 5] [--app-files 250] [--out DIR]
//   node run.mjs --binary PATH --limits
//   node run.mjs --binary PATH --quick
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { checkLimits } from "./limits.mjs";
import { WORK } from "./paths.mjs";
import { plot } from "./plot.mjs";
import { checkPlan } from "./quick.mjs";
import { measureSize } from "./rounds.mjs";
import { table } from "./table.mjs";
import { targets } from "./targets.mjs";
import { PEER_NAMES, findTools } from "./tools.mjs";

const OPTIONS = {
  binary: { type: "string" },
  files: { type: "string", default: "1000,5000,30000" },
  dense: { type: "boolean", default: false },
  peers: { type: "string", default: PEER_NAMES.join() },
  runs: { type: "string", default: "5" },
  "app-files": { type: "string" },
  out: { type: "string", default: join(WORK, "results") },
  limits: { type: "boolean" },
  quick: { type: "boolean" },
};

function readArgs() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (!values.binary || !existsSync(values.binary)) throw new Error("--binary has to be the path of convex-clerk");
    const files = numbers(values, "files");
    const [runs] = numbers(values, "runs");
    const [appFiles] = values["app-files"] ? numbers(values, "app-files") : [];
    const peers = values.peers.split(",").filter((name) => name !== "");
    const unknown = peers.find((name) => !PEER_NAMES.includes(name));
    if (unknown) throw new Error(`no peer is called ${unknown}; there are ${PEER_NAMES.join(", ")}`);
    return { ...values, binary: resolve(values.binary), out: resolve(values.out), files: files.toSorted((a, b) => a - b), runs, appFiles, peers };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

function numbers(values, name) {
  const all = values[name].split(",").map(Number);
  if (!all.every((number) => Number.isInteger(number) && number > 0)) throw new Error(`--${name} takes whole numbers above 0`);
  return all;
}

function compare({ binary, files, dense, peers, runs, appFiles, out }) {
  const tools = findTools(binary, peers);
  const machine = `${cpus().length} cores, node ${process.versions.node}`;
  console.log(`${dense ? "dense" : "plain"} monorepos on ${machine}\n${tools.map(({ name, version }) => `${name} ${version}`).join(", ")}\n`);
  const rows = files.flatMap((files) => measureSize(tools, { files, dense, runs, appFiles }));
  console.log(`${table(rows)}\n\n${targets(rows, binary)}`);
  mkdirSync(out, { recursive: true });
  const versions = Object.fromEntries(tools.map(({ name, version }) => [name, version]));
  writeFileSync(join(out, "results.json"), `${JSON.stringify({ machine, versions, rows }, null, 2)}\n`);
  writeFileSync(join(out, "plot.svg"), plot(rows, `migrate --dry-run beside other tools, ${dense ? "dense" : "plain"} monorepos`));
}

const args = readArgs();
if (args.limits) process.exitCode = checkLimits(args.binary) ? 0 : 1;
else if (args.quick) process.exitCode = checkPlan(args.binary) ? 0 : 1;
else compare(args);
