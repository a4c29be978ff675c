// Commands, each in a process group of its own, so that nothing which they start outlives them.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { listen } from "./http.mjs";

/** Lines of a failed command that are shown. */
const OUTPUT_LINES = 20;

const running = new Set();
process.on("exit", () => running.forEach(kill));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

function kill(child) {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

/** Starts a command; `output()` is all that it has said, `stop()` ends it with its children. */
export function start(command, args, { cwd, env }) {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const ended = new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(code ?? signal));
  }).finally(() => running.delete(child));
  const stop = () => {
    kill(child);
    return ended;
  };
  return { ended, stop, output: () => output };
}

/** Runs a command to its end; throws what it said, from its first error on, if it fails or takes too long. */
export async function run(command, args, { cwd, env, limitMs }) {
  const started = start(command, args, { cwd, env });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    started.stop();
  }, limitMs);
  const code = await started.ended;
  clearTimeout(timer);
  if (code === 0) return started.output();
  const how = isLate ? `took more than ${limitMs / 1000} s` : `ended with ${code}`;
  throw new Error(`${[command, ...args].join(" ")} ${how}:\n${errorsOf(started.output())}`);
}

/** The lines from the first that names an error, or from the beginning. */
export function errorsOf(output) {
  const lines = output.replace(/\u001B\[[\d;]*m/g, "").split("\n").filter((line) => line.trim());
  const first = Math.max(0, lines.findIndex((line) => /\b(?:error|failed)\b/i.test(line)));
  return lines.slice(first, first + OUTPUT_LINES).map((line) => `    ${line}`).join("\n");
}

/** A port that was free a moment ago, for servers that have to be told theirs. */
export async function freePort() {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
