// The packages as users get them: packed, published to a registry on this machine, installed, run. Nothing else is asked for anything.
//   node npm/test.mjs BINARY
// BINARY is a build for this machine; other platforms' packages are known to the registry, as they would be.
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, launcherManifest, platformManifest, platforms } from "./build.mjs";
import { serve } from "./test/registry.mjs";
import { environment, run, scratch, succeed } from "./test/run.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const QUICKSTART = join(ROOT, "fixtures/react/quickstart/before");
const REFUSED = join(ROOT, "fixtures/react/provider-in-an-array/before");
/** Stands in for the binaries of other platforms: some file. */
const SOME_FILE = join(ROOT, "npm/platforms.json");

const binary = process.argv[2] && resolve(process.argv[2]);
if (!binary || !existsSync(binary)) {
  console.error("usage: node npm/test.mjs BINARY");
  process.exit(2);
}

const checks = [];
const check = (name, body) => checks.push({ name, body });
/** What Windows has no word for. */
const checkOnUnix = process.platform === "win32" ? () => {} : check;
/** script(1) of Linux gives a program a terminal; elsewhere it takes other arguments. */
const checkOnLinux = process.platform === "linux" ? check : () => {};

// ---- what is published ----

const binaries = join(scratch, "binaries");
function put(platform, file) {
  mkdirSync(join(binaries, platform.target), { recursive: true });
  copyFileSync(file, join(binaries, platform.target, platform.binary));
}
for (const platform of platforms) put(platform, SOME_FILE);
const { fitting, machine } = createRequire(import.meta.url)(join(build(binaries, join(scratch, "first")).at(-1), "lib/locate.js"));
const [here] = fitting(machine());
assert.ok(here, `npm/platforms.json has nothing for ${JSON.stringify(machine())}`);
const elsewhere = platforms.find(({ os, cpu }) => os !== here.os && cpu.includes("arm64"));
/** The build for musl of a machine with glibc. */
const other = here.libc === "glibc" ? fitting(machine())[1] : undefined;

rmSync(binaries, { recursive: true });
put(here, binary);
put(elsewhere, SOME_FILE);
if (other) put(other, binary);
const published = {};
// npm keeps what it packs, and would take it from its cache instead of the registry.
const packing = environment(undefined, "packed");
for (const folder of build(binaries, join(scratch, "packages"))) {
  const args = ["pack", "--json", "--pack-destination", scratch];
  const [report] = JSON.parse((await succeed("npm", args, { cwd: folder, env: packing })).stdout);
  published[report.name] = { tarball: join(scratch, report.filename), files: report.files };
}
const tarballs = Object.fromEntries(Object.entries(published).map(([name, { tarball }]) => [name, tarball]));
const registry = await serve([launcherManifest(), ...platforms.map(platformManifest)], tarballs);
const env = environment(registry.url);

// ---- apps ----

/** A copy of a fixture's app. */
function copy(fixture) {
  const folder = join(scratch, `app-${readdirSync(scratch).length}`);
  cpSync(fixture, folder, { recursive: true });
  return folder;
}

/** An app with the launcher in its node_modules. */
async function install(fixture, ...flags) {
  const folder = copy(fixture);
  const manifest = readFileSync(join(folder, "package.json"));
  // What the app itself depends on is not in this registry.
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  await succeed("npm", ["install", "--save-dev", "convex-clerk", ...flags], { cwd: folder, env });
  writeFileSync(join(folder, "package.json"), manifest);
  rmSync(join(folder, "package-lock.json"));
  return folder;
}

const installedBinary = (folder) => join(folder, "node_modules", here.package, here.binary);
const direct = (folder, ...args) => run(binary, args, { cwd: folder, env });
const npx = (folder, args, options) => run("npx", ["convex-clerk", ...args], { cwd: folder, env, ...options });
/** The launcher itself, without npm around it. */
function launch(folder, args, { node = [], ...options } = {}) {
  const launcher = join(folder, "node_modules/convex-clerk/bin/convex-clerk.js");
  return run(process.execPath, [...node, launcher, ...args], { cwd: folder, env, ...options });
}

const app = await install(QUICKSTART);
const checkWithGlibc = other ? check : () => {};

// ---- the packages ----

check("npm takes the package of this platform and downloads no other", () => {
  assert.deepEqual([...registry.downloads].sort(), [here.package, "convex-clerk"].sort());
  assert.ok(existsSync(installedBinary(app)));
  assert.deepEqual(readdirSync(join(app, "node_modules/@convex-clerk")), [here.package.split("/")[1]]);
});

check("the packages hold what they need and nothing else", () => {
  const listed = (name) => published[name].files.map(({ path }) => path).sort();
  const common = ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json"];
  assert.deepEqual(listed(here.package), [...common, here.binary].sort());
  assert.deepEqual(listed("convex-clerk"), [...common, "bin/convex-clerk.js", "lib/locate.js", "platforms.json"].sort());
});

checkOnUnix("the binary can be executed, packed and installed", () => {
  const { mode } = published[here.package].files.find(({ path }) => path === here.binary);
  assert.equal(mode & 0o111, 0o111);
  assert.equal(statSync(installedBinary(app)).mode & 0o111, 0o111);
});

check("the launcher names every platform, in its own version", () => {
  const { version, optionalDependencies } = JSON.parse(readFileSync(join(app, "node_modules/convex-clerk/package.json"), "utf8"));
  assert.deepEqual(optionalDependencies, Object.fromEntries(platforms.map((platform) => [platform.package, version])));
});

check("each machine gets its build", () => {
  const names = (os, cpu, libc) => fitting({ os, cpu, libc }).map((platform) => platform.package.split("/")[1]);
  assert.deepEqual(names("linux", "x64", "glibc"), ["linux-x64-gnu", "linux-x64-musl"]);
  assert.deepEqual(names("linux", "arm64", "musl"), ["linux-arm64-musl"]);
  assert.deepEqual(names("darwin", "arm64"), ["darwin-arm64"]);
  assert.deepEqual(names("win32", "arm64"), ["win32-x64"]);
  assert.deepEqual([names("freebsd", "x64"), names("linux", "ia32", "glibc")], [[], []]);
});

// ---- running them ----

check("npx gets it from the registry and prints the binary's own patch", async () => {
  const folder = copy(QUICKSTART);
  const [expected, actual] = [await direct(folder, "migrate", "--dry-run"), await npx(folder, ["migrate", "--dry-run"])];
  assert.equal(actual.code, 0, actual.stderr);
  assert.match(actual.stdout, /^diff --git /);
  assert.deepEqual(actual, expected);
  assert.ok(!existsSync(join(folder, "node_modules")), "it was not installed into the app");
});

check("npx runs what is installed, without a registry", async () => {
  const offline = environment();
  const [expected, actual] = [await direct(app, "migrate", "--dry-run"), await npx(app, ["migrate", "--dry-run"], { env: offline })];
  assert.deepEqual(actual, expected);
  assert.deepEqual(await npx(app, ["--version"], { env: offline }), await direct(app, "--version"));
});

check("exit codes come through", async () => {
  const empty = join(scratch, "empty");
  mkdirSync(empty);
  const cases = [[app, 1, "--check"], [app, 2, "--no-such-flag"], [empty, 2, "--dry-run"], [copy(REFUSED), 3, "--dry-run"]];
  for (const [folder, code, flag] of cases) {
    const [expected, actual] = [await direct(folder, "migrate", flag), await npx(folder, ["migrate", flag])];
    assert.deepEqual(actual, expected);
    assert.equal(actual.code, code, actual.stderr);
  }
});

check("arguments are passed on as they are", async () => {
  const odd = ["explain", "no such  rule \"'$HOME*"];
  assert.deepEqual(await launch(app, odd), await direct(app, ...odd));
});

check("a reader that closes the pipe is no failure", async () => {
  const during = (_, child) => child.stdout.destroy();
  const closed = await launch(app, ["man"], { during });
  assert.deepEqual([closed.code, closed.stderr], [0, ""]);
});

// ---- a program in the binary's place ----

/** An app whose binary is a script. */
function withScript(lines) {
  const folder = join(scratch, `script-${readdirSync(scratch).length}`);
  cpSync(app, folder, { recursive: true });
  writeFileSync(installedBinary(folder), `#!/bin/sh\n${lines}\n`);
  return folder;
}

checkOnUnix("stdin and both outputs are the binary's", async () => {
  const input = "line\n".repeat(100_000);
  const ended = await launch(withScript("cat; echo told >&2"), [], { input });
  assert.deepEqual(ended, { code: 0, signal: null, stdout: input, stderr: "told\n" });
});

checkOnUnix("a request to end reaches the binary, which has the last word", async () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    const name = signal.replace("SIG", "");
    // It ends by itself: one that nobody asks must not outlive the test.
    const folder = withScript(`trap 'echo asked by ${name}; exit 130' ${name}; echo ready; for i in $(seq 100); do sleep 0.05; done`);
    let asked = false;
    const during = (text, child) => {
      if (text.includes("ready") && !asked) asked = child.kill(signal);
    };
    const ended = await launch(folder, [], { during });
    assert.deepEqual(ended, { code: 130, signal: null, stdout: `ready\nasked by ${name}\n`, stderr: "" });
  }
});

checkOnUnix("the launcher ends by the signal that the binary ended by", async () => {
  for (const signal of ["SIGKILL", "SIGTERM", "SIGINT", "SIGABRT"]) {
    const ended = await launch(withScript(`kill -${signal.replace("SIG", "")} $$; sleep 5`), []);
    assert.deepEqual([ended.code, ended.signal], [null, signal]);
  }
  // Node ignores this one, and can't end by it.
  assert.equal((await launch(withScript("kill -PIPE $$; sleep 5"), [])).code, 128 + 13);
});

checkOnUnix("a binary that can't be started is said", async () => {
  const folder = withScript("");
  chmodSync(installedBinary(folder), 0o644);
  const ended = await launch(folder, []);
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, /^error: could not start .*EACCES\nhelp: install convex-clerk again/);
});

// ---- on a terminal ----

/** Types `answers` one after another, each when the screen shows its question. */
function onTerminal(folder, answers) {
  const left = [...answers];
  const during = (shown, child) => {
    if (left.length > 0 && shown.endsWith(left[0][0])) child.stdin.write(left.shift()[1]);
  };
  return run("script", ["--quiet", "--return", "--command", "npx convex-clerk migrate", "/dev/null"], { cwd: folder, env, during });
}

checkOnLinux("the question is asked, and a yes writes", async () => {
  const folder = await install(QUICKSTART);
  const ended = await onTerminal(folder, [["[L/p] ", "\n"], ["[y/N] ", "y\n"]]);
  assert.equal(ended.code, 0, ended.stdout);
  assert.match(readFileSync(join(folder, "src/main.tsx"), "utf8"), /ConvexProviderWithClerk/);
});

checkOnLinux("Ctrl-C at the question is 130 and writes nothing", async () => {
  const folder = await install(QUICKSTART);
  const ended = await onTerminal(folder, [["[L/p] ", "\n"], ["[y/N] ", "\x03"]]);
  assert.equal(ended.code, 130, ended.stdout);
  assert.deepEqual(readFileSync(join(folder, "src/main.tsx")), readFileSync(join(QUICKSTART, "src/main.tsx")));
});

// ---- no binary ----

check("left-out optional packages are said, and the command that is named helps", async () => {
  const folder = await install(QUICKSTART, "--omit=optional");
  const ended = await npx(folder, ["migrate", "--dry-run"]);
  assert.deepEqual([ended.code, ended.stdout], [2, ""]);
  assert.match(ended.stderr, new RegExp(`^error: ${here.package}, .* is not installed: optional packages were left out`));
  const [, command] = /by name: npm (.+)\n$/.exec(ended.stderr);
  writeFileSync(join(folder, "package.json"), '{ "private": true, "devDependencies": { "convex-clerk": "*" } }\n');
  await succeed("npm", [...command.split(" "), "--omit=optional"], { cwd: folder, env });
  assert.equal((await npx(folder, ["--version"])).code, 0);
});

check("a node_modules of another platform is said", async () => {
  const folder = await install(QUICKSTART, `--os=${elsewhere.os}`, "--cpu=arm64");
  const ended = await launch(folder, ["--version"]);
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, new RegExp(`is not installed; ${elsewhere.package} is: node_modules comes from another platform\n`));
});

checkWithGlibc("a machine whose glibc is too old can take the build for musl", async () => {
  const folder = await install(QUICKSTART, "--libc=musl");
  assert.ok(!existsSync(installedBinary(folder)) && existsSync(join(folder, "node_modules", other.package)));
  assert.deepEqual(await npx(folder, ["--version"]), await direct(folder, "--version"));
});

/** Runs the launcher with this before it. */
function pretending(lines) {
  const file = join(scratch, `pretend-${readdirSync(scratch).length}.cjs`);
  writeFileSync(file, lines);
  return launch(app, ["--version"], { node: ["--require", file] });
}

check("a platform without a build is said", async () => {
  const ended = await pretending('Object.defineProperty(process, "platform", { value: "freebsd" });');
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, /^error: there is no build of convex-clerk for freebsd .*, only for linux-x64-gnu, .*\nhelp: .*cargo install --git https:/);
});

checkOnLinux("where there is no glibc the build for musl is asked for", async () => {
  const ended = await pretending("process.report.getReport = () => ({ header: {} });");
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, /^error: @convex-clerk\/linux-\w+-musl, /);
});

// ---- the end ----

let failed = 0;
for (const { name, body } of checks) {
  try {
    await body();
    console.log(`ok: ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED: ${name}\n${error.stack}`);
  }
}
registry.close();
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
