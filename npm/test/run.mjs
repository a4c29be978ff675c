// Programs that the test runs, with nothing of the user's own npm.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How long one command may take: a bound, not a measure. */
const PATIENCE_MS = 60_000;
/** What would change what npm or the binary does. */
const NOT_PASSED_ON = /^(npm_.*|INIT_CWD|NODE_OPTIONS|NO_COLOR|CLICOLOR_FORCE|CONVEX_CLERK_.*)$/i;

/** A folder that ends with the process. */
export const scratch = realpathSync(mkdtempSync(join(tmpdir(), "convex-clerk-npm-")));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** The environment with settings of npm that know one registry and a cache of their own. Without a registry every download fails. */
export function environment(registry = "http://127.0.0.1:9/", cache = "cache") {
  const settings = {
    registry, cache: join(scratch, cache), userconfig: join(scratch, "no-user"), globalconfig: join(scratch, "no-global"),
    audit: "false", fund: "false", update_notifier: "false", fetch_retries: "0", yes: "true",
  };
  const own = Object.entries(settings).map(([name, value]) => [`npm_config_${name}`, value]);
  return Object.fromEntries([...Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name)), ...own]);
}

/** Runs a program to its end. `input` goes into it; or `during`, called after each piece with all of stdout and the child, talks to it. */
export function run(program, args, { cwd, env, input, during } = {}) {
  // npm and npx are scripts on Windows, which only a shell starts.
  const shell = process.platform === "win32" && !program.endsWith(".exe");
  const child = spawn(program, args, { cwd, env, shell, timeout: PATIENCE_MS, killSignal: "SIGKILL" });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    during?.(stdout, child);
  });
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  // A program that reads nothing may be gone before all is written.
  child.stdin.on("error", () => {});
  if (!during) child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** The same for what has to succeed. */
export async function succeed(program, args, options) {
  const ended = await run(program, args, options);
  assert.equal(ended.code, 0, `${program} ${args.join(" ")}: ${ended.stdout}${ended.stderr}`);
  return ended;
}
