// Builds the extension and its tests, and runs these with Node's test runner. The editor's own module is a stand-in in them.
//   node scripts/test.mjs [ARGUMENTS OF node --test]
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import "./build.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OUT = join(ROOT, "out");

const tests = readdirSync(join(ROOT, "test")).filter((file) => file.endsWith(".test.ts"));

/** `vscode` is test/vscode.ts, of which there is one: what a test says there is what the extension sees. */
const standIn = {
  name: "stand-in",
  setup(build) {
    build.onResolve({ filter: /^vscode$/ }, () => ({ path: "vscode", namespace: "stand-in" }));
    build.onLoad({ filter: /./, namespace: "stand-in" }, () => ({
      contents: 'module.exports = require("./vscode.js").standIn',
      resolveDir: OUT,
    }));
    build.onResolve({ filter: /^\.\/vscode(?:\.js)?$/ }, () => ({ path: "./vscode.js", external: true }));
  },
};

rmSync(OUT, { recursive: true, force: true });
await build({
  absWorkingDir: ROOT,
  entryPoints: [...tests, "vscode.ts"].map((file) => `test/${file}`),
  outdir: OUT,
  bundle: true,
  platform: "node",
  target: "node20",
  plugins: [standIn],
  sourcemap: "inline",
  logLevel: "warning",
});
const built = tests.map((file) => join(OUT, file.replace(/ts$/, "js")));
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...process.argv.slice(2), ...built], {
  cwd: ROOT,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
