// What one run of a command costs. Wall and CPU time are bash's `time`, in milliseconds; GNU time's own are in hundredths, so that it only gives
// the peak of resident memory, of the largest process below it. bash is one of these, with 4 MB: no less is ever reported.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WORK } from "./paths.mjs";

// Where there is one worker, jscodeshift opens all files at once: it gets as many as the system allows.
const SCRIPT = `ulimit -n "$(ulimit -Hn)"; TIMEFORMAT="%3R %3U %3S"; { time "$@" >"$OUT" 2>"$ERR"; } 2>"$TIMES"`;

/** @returns seconds, megabytes, exit code, and what was printed. Printing goes to files: some tools do less when it goes nowhere. */
export function measure(command, { cwd }) {
  mkdirSync(WORK, { recursive: true });
  const [out, err, times, memory] = ["out", "err", "times", "memory"].map((name) => join(WORK, `run-${name}`));
  const env = { ...process.env, LC_ALL: "C", OUT: out, ERR: err, TIMES: times };
  const { error, status } = spawnSync("/usr/bin/time", ["-q", "-f", "%M", "-o", memory, "bash", "-c", SCRIPT, "bash", ...command], { cwd, env });
  if (error) throw new Error("GNU time and bash have to be installed", { cause: error });
  const [wall, user, system] = readFileSync(times, "utf8").trim().split(" ").map(Number);
  const megabytes = Number(readFileSync(memory, "utf8")) / 1024;
  return { wall, cpu: user + system, megabytes, status, stdout: readFileSync(out, "utf8"), stderr: readFileSync(err, "utf8") };
}

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** What several runs come to. */
export function summary(runs) {
  const walls = runs.map(({ wall }) => wall);
  return {
    runs: runs.length,
    wall: median(walls),
    least: Math.min(...walls),
    most: Math.max(...walls),
    cpu: median(runs.map(({ cpu }) => cpu)),
    megabytes: Math.max(...runs.map(({ megabytes }) => megabytes)),
  };
}
