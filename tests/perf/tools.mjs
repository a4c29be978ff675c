// What is measured: how each tool is called in the folder of a monorepo, and how many providers it says it found or changed.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { HERE } from "./paths.mjs";

const packages = join(HERE, "node_modules");
const peers = join(HERE, "peers");
// The binaries themselves, of Linux, where alone this runs: the launchers of the packages would add the start of node to each run.
const ripgrep = join(packages, `@vscode/ripgrep-linux-${process.arch}/bin/rg`);
const astGrep = join(packages, `@ast-grep/cli-linux-${process.arch}-gnu/ast-grep`);

const count = (pattern) => (text) => text.match(pattern)?.length ?? 0;

const codemod = ["node", join(packages, "jscodeshift/bin/jscodeshift.js"), "--dry", "--no-babel", "--gitignore", "--extensions=ts,tsx,js,jsx", "--parser=tsx"];
const transform = ["-t", join(peers, "jscodeshift.cjs"), "."];
/** Nothing, if it could not read some of the files. */
const changedByCodemod = (text) => (/^0 errors$/m.test(text) ? Number(/^(\d+) ok$/m.exec(text)?.[1]) : 0);

const PEERS = {
  rg: { command: [ripgrep, "-l", "convex/react", "."], version: [ripgrep, "--version"] },
  "ast-grep": {
    command: [astGrep, "scan", "--rule", join(peers, "ast-grep.yml"), "."],
    version: [astGrep, "--version"],
    changed: count(/\+ +<ConvexProviderWithClerk/g),
  },
  "ts-morph": { command: ["node", join(peers, "ts-morph.mjs"), "."], package: "ts-morph", changed: count(/^changed /gm) },
  jscodeshift: { command: [...codemod, ...transform], package: "jscodeshift", changed: changedByCodemod },
  "jscodeshift-prefilter": { command: [...codemod, "--prefilter=true", ...transform], package: "jscodeshift", changed: changedByCodemod },
};
export const PEER_NAMES = Object.keys(PEERS);

/** What all others are compared with. */
export const OURS = "convex-clerk";

export function findTools(binary, names) {
  if (!existsSync(packages)) throw new Error("run `npm ci` in tests/perf first");
  const ours = { command: [binary, "migrate", "--dry-run", "."], version: [binary, "--version"], changed: count(/^\+.*<ConvexProviderWithClerk /gm) };
  const tools = { [OURS]: ours, ...Object.fromEntries(names.map((name) => [name, PEERS[name]])) };
  return Object.entries(tools).map(([name, tool]) => ({ name, ...tool, version: version(tool) }));
}

function version(tool) {
  const manifest = tool.package && join(packages, tool.package, "package.json");
  const command = manifest ? ["node", "-p", `require(${JSON.stringify(manifest)}).version`] : tool.version;
  const { stdout, error } = spawnSync(command[0], command.slice(1), { encoding: "utf8" });
  if (error) throw new Error(`${command[0]} does not run`, { cause: error });
  return /\d+(\.\d+)+\S*/.exec(stdout)[0];
}
