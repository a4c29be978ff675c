// What the checks share: arguments, finding fixtures, laying `after/` over `before/`, scratch folders, the report.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parse as parseToml } from "smol-toml";

export const HERE = dirname(fileURLToPath(import.meta.url));
export const STUBS = join(HERE, "stubs");
export const NODE_MODULES = join(HERE, "node_modules");
/** Packages for Next.js 15 and later, and for those before. */
const NEXT_16 = join(HERE, "next16");
const NEXT_14 = join(HERE, "next14");
export const NEXT_SETS = [NEXT_16, NEXT_14];
const ROUTER_8 = join(HERE, "router8");
const ROUTER_7 = join(HERE, "router7");
export const ROUTER_SETS = [ROUTER_8, ROUTER_7];
export const START = join(HERE, "start");
export const EXPO = join(HERE, "expo");
/** All folders with packages of their own. */
export const SETS = [...NEXT_SETS, ...ROUTER_SETS, START, EXPO];
/** Lines of a failed command that are shown. */
const OUTPUT_LINES = 12;

/** `--name value`, `--name=value`; names in `switches` take no value. Unknown arguments end the run with exit code 2. */
export function parseArgs(argv, { values = [], switches = [] }) {
  const args = { fixtures: resolve(HERE, "../../fixtures") };
  for (let i = 0; i < argv.length; i++) {
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(argv[i]) ?? [];
    if (switches.includes(name) && inline === undefined) args[name] = true;
    else if (["fixtures", "only", ...values].includes(name)) {
      const value = inline ?? argv[++i];
      if (!value) usage(`--${name} needs a value`);
      args[name] = name === "fixtures" ? resolve(value) : value;
    } else usage(`unknown argument: ${argv[i]}`);
  }
  return args;
}

function usage(message) {
  console.error(message);
  process.exit(2);
}

/** `*` stays inside one path segment, `**` doesn't; a pattern without a slash is matched against the case name. */
function globMatches(pattern, id) {
  const subject = pattern.includes("/") ? id : id.split("/").at(-1);
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*\*|\*|\?/g, (m) => ({ "**": ".*", "*": "[^/]*", "?": "[^/]" })[m]);
  return new RegExp(`^${source}$`).test(subject);
}

/** Every `<framework>/<case>/` with a case.toml or a before/, sorted; `problems` lists what is wrong with the case itself. */
export function findFixtures({ fixtures, only }, framework) {
  const found = [];
  for (const group of framework ? [framework] : folders(fixtures)) {
    for (const name of folders(join(fixtures, group))) {
      const id = `${group}/${name}`;
      const dir = join(fixtures, group, name);
      if (only && !globMatches(only, id)) continue;
      if (!existsSync(join(dir, "before")) && !existsSync(join(dir, "case.toml"))) continue;
      found.push({ id, dir, ...readCase(dir) });
    }
  }
  return found;
}

function readCase(dir) {
  const before = join(dir, "before");
  const after = existsSync(join(dir, "after")) ? join(dir, "after") : undefined;
  const problems = [];
  let info = {};
  if (!existsSync(before)) problems.push("no before/ folder");
  try {
    info = parseToml(readFileSync(join(dir, "case.toml"), "utf8"));
  } catch (error) {
    problems.push(`case.toml: ${firstLine(error)}`);
    return { before, after, info, problems };
  }
  if (!["changes", "none", "refused"].includes(info.expect)) problems.push('case.toml: expect must be "changes", "none" or "refused"');
  else if (info.expect !== "changes" && after) problems.push(`case.toml: expect = "${info.expect}", but there is an after/`);
  else if (info.expect === "changes" && !after) problems.push('case.toml: expect = "changes", but there is no after/');
  for (const key of ["types", "render"]) {
    if (info[key] === false && !info[`${key}-why`]) problems.push(`case.toml: ${key} = false needs ${key}-why = "..."`);
  }
  if (![undefined, 14, 16].includes(info.next)) problems.push("case.toml: next must be 14 or 16");
  return { before, after, info, problems };
}

/** Folder names, sorted by code unit; [] where there is none. */
function folders(dir) {
  if (!existsSync(dir)) return [];
  const entries = readdirSync(dir).filter((name) => !name.startsWith(".") && statSync(join(dir, name)).isDirectory());
  return entries.sort();
}

/** All files below `dir`, as sorted relative paths with `/`; never node_modules. */
export function listFiles(dir) {
  if (!existsSync(dir)) return [];
  const files = [];
  const walk = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (entry.name === "node_modules") continue;
      const path = join(at, entry.name);
      if (entry.isDirectory()) walk(path);
      else files.push(relative(dir, path).split(sep).join("/"));
    }
  };
  walk(dir);
  return files.sort();
}

/** Copies the layers over each other into `target`, later ones winning. */
export function overlay(target, ...layers) {
  mkdirSync(target, { recursive: true });
  for (const layer of layers) cpSync(layer, target, { recursive: true });
  return target;
}

/** Adds what `convex dev` and `npm install` would: `_generated` beside the functions and links to workspace packages. */
export function completeProject(root) {
  const packages = listFiles(root)
    .filter((file) => /(^|\/)package\.json$/.test(file))
    .map((file) => ({ dir: join(root, dirname(file)), json: readJson(join(root, file)) ?? {} }));
  if (packages.length === 0) packages.push({ dir: root, json: {} });
  const functions = packages.map(({ dir, json }) => functionsFolder(dir, json)).filter(Boolean);
  if (functions.length === 0) functions.push(join(root, allDependencies(root)["react-scripts"] ? "src/convex" : "convex"));
  for (const folder of functions) {
    const generated = join(folder, "_generated");
    mkdirSync(generated, { recursive: true });
    const present = readdirSync(generated).map((name) => name.split(".")[0]);
    for (const name of readdirSync(join(STUBS, "generated"))) {
      if (!present.includes(name.split(".")[0])) cpSync(join(STUBS, "generated", name), join(generated, name));
    }
  }
  for (const { dir, json } of packages) {
    if (dir === root || !json.name) continue;
    const link = join(root, "node_modules", json.name);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(dir, link, "dir");
  }
}

function functionsFolder(dir, json) {
  const declared = readJson(join(dir, "convex.json"))?.functions;
  if (declared) return join(dir, declared);
  if ("react-scripts" in dependenciesOf(json) && existsSync(join(dir, "src/convex"))) return join(dir, "src/convex");
  return ["convex", "src/convex"].map((name) => join(dir, name)).find((path) => existsSync(path));
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

function dependenciesOf(json) {
  return { ...json?.peerDependencies, ...json?.devDependencies, ...json?.dependencies };
}

/** The dependencies of every package.json below `root`, in one object. */
export function allDependencies(root) {
  const manifests = listFiles(root).filter((file) => /(^|\/)package\.json$/.test(file));
  return Object.assign({}, ...manifests.map((file) => dependenciesOf(readJson(join(root, file)))));
}

/** The folder whose packages a fixture is checked with: by its framework, and by the range of `next` or `react-router`. */
export function packagesOf({ id, info, before }) {
  const framework = id.split("/")[0];
  const major = (name, latest) => Number(/\d+/.exec(allDependencies(before)[name])?.[0] ?? latest);
  if (framework.startsWith("next-")) return (info.next ?? major("next", 16)) >= 15 ? NEXT_16 : NEXT_14;
  if (framework === "react-router") return major("react-router", 8) >= 8 ? ROUTER_8 : ROUTER_7;
  return { "tanstack-start": START, expo: EXPO }[framework] ?? HERE;
}

/** The folders below `root` whose package.json lists `dependency` itself. */
export function appsWith(root, dependency) {
  const manifests = listFiles(root).filter((file) => /(^|\/)package\.json$/.test(file)).map((file) => join(root, file));
  return manifests.filter((file) => dependency in dependenciesOf(readJson(file))).map((file) => dirname(file));
}

/** The script behind a package's command. */
export function commandOf(packages, name, command) {
  const folder = join(packages, "node_modules", name);
  return join(folder, readJson(join(folder, "package.json")).bin[command]);
}

/** The environment without what would change a build, plus `extra`. */
export function environmentWith(extra) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:NEXT_|VITE_|CLERK_|CONVEX_|NODE_ENV$|NODE_OPTIONS$)/.test(name));
  return { ...Object.fromEntries(inherited), ...extra };
}

/** Runs a script with Node; `failed` is what went wrong, by the first lines from an error on, undefined when all went well. */
export async function runNode(script, { cwd, env, limit }) {
  const child = spawn(process.execPath, script, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: limit });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const [code, signal] = await new Promise((done) => child.on("close", (...end) => done(end)));
  if (code === 0) return { output };
  const lines = output.replace(/\u001B\[[\d;]*m/g, "").split("\n").filter((line) => line.trim() && !/^\s+at /.test(line));
  const first = Math.max(0, lines.findIndex((line) => /\b(?:error|failed)\b/i.test(line)));
  return { output, failed: `ended with ${code ?? signal}: ${lines.slice(first, first + OUTPUT_LINES).join("\n    ")}` };
}

const scratches = new Map();

/** A folder of this process below `packages`/.work, so that node resolution finds the node_modules beside it; gone when the process ends. */
export function scratchFolder(name, packages = HERE) {
  const key = `${name} ${packages}`;
  if (!scratches.has(key)) scratches.set(key, newScratchFolder(name, packages));
  return scratches.get(key);
}

function newScratchFolder(name, packages) {
  if (!existsSync(join(packages, "node_modules"))) usage(`run \`npm ci\` in ${packages} first`);
  const work = join(packages, ".work");
  mkdirSync(work, { recursive: true });
  for (const old of readdirSync(work)) {
    const pid = Number(/-(\d+)$/.exec(old)?.[1]);
    if (pid && !isRunning(pid)) rmSync(join(work, old), { recursive: true, force: true });
  }
  const dir = join(work, `${name}-${process.pid}`);
  mkdirSync(dir, { recursive: true });
  process.on("exit", () => process.env.KEEP_WORK || rmSync(dir, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
  return dir;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Counts cases and prints failures as they come; `end` prints the summary and sets the exit code. */
export class Report {
  passed = 0;
  failed = 0;
  skipped = 0;
  started = Date.now();

  pass() {
    this.passed++;
  }
  skip(id, why) {
    this.skipped++;
    console.log(`skip ${id}: ${why}`);
  }
  fail(id, lines) {
    this.failed++;
    for (const line of lines) console.log(`FAIL ${id}: ${line}`);
  }
  result(id, problems) {
    if (problems.length > 0) this.fail(id, problems);
    else this.pass();
  }
  end(fixtures, note) {
    if (fixtures === 0) this.fail("(none)", ["no fixture was found"]);
    const seconds = (Date.now() - this.started) / 1000;
    const each = this.passed + this.failed > 0 ? `, ${(seconds / (this.passed + this.failed)).toFixed(2)} s each` : "";
    console.log([note, `${this.skipped} skipped`, `${seconds.toFixed(1)} s${each}`].filter(Boolean).join("; "));
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exitCode = this.failed > 0 ? 1 : 0;
  }
}

export function firstLine(error) {
  return String(error?.message ?? error).split("\n")[0];
}

/** Runs `job` over `items`, `width` at a time. */
export async function inParallel(items, width, job) {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await job(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

export { existsSync, join, mkdirSync, readFileSync, readJson, symlinkSync, writeFileSync };
