// Input that nobody should have: time and memory stay within stated bounds.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeMonorepo } from "./monorepo/index.mjs";
import { measure } from "./measure.mjs";
import { WORK } from "./paths.mjs";
import { markdown, seconds } from "./table.mjs";

const IMPORT = `import { useQuery } from "convex/react";\n`;

/** Bounds are in seconds and megabytes, well above what is measured on two busy cores: they catch what grows, not what varies. */
const CASES = [
  { name: "a file of 20 MB", most: { wall: 1, megabytes: 64 }, add: (root) => put(root, "src/vendor.js", IMPORT + statements(20 << 20)) },
  { name: "a file of 3.9 MB, just below what is read", most: { wall: 9, megabytes: 1_024 }, add: (root) => put(root, "src/table.ts", IMPORT + statements(3.9 * 2 ** 20)) },
  { name: "5,000 elements inside each other", most: { wall: 1, megabytes: 64 }, add: (root) => put(root, "src/Deep.tsx", nested(5_000)) },
  { name: "2,900 elements inside each other, just below what is read", most: { wall: 1, megabytes: 128 }, add: (root) => put(root, "src/Deep.tsx", nested(2_900)) },
  { name: "200,000 small files beside the app", most: { wall: 20, megabytes: 256 }, add: (root) => small(root, "../data", 200_000) },
  { name: "200,000 small files in the app", most: { wall: 60, megabytes: 1_024 }, add: (root) => small(root, "src/data", 200_000) },
];

function put(root, path, text) {
  writeFileSync(join(root, path), text);
}

const line = "export const areaOf = function (width, height) { return width * height; };\n";
const statements = (bytes) => line.repeat(bytes / line.length);
const nested = (depth) => `${IMPORT}export const deep = ${"<div>".repeat(depth)}${"</div>".repeat(depth)};\n`;

function small(root, folder, count) {
  for (let number = 0; number < count; number += 500) {
    const path = join(root, folder, `group-${number}`);
    mkdirSync(path, { recursive: true });
    for (let file = number; file < number + 500; file++) writeFileSync(join(path, `value-${file}.ts`), `export const value = ${file};\n`);
  }
}

/** Whether all are within their bounds. */
export function checkLimits(binary) {
  const results = CASES.map((one) => ({ ...one, ...limitOf(binary, one) }));
  const cells = results.map(({ name, wall, megabytes, most, isWithin }) => [
    name,
    `${seconds(wall)} of ${seconds(most.wall)}`,
    `${megabytes.toFixed(0)} of ${most.megabytes} MB`,
    isWithin ? "holds" : "MISSED",
  ]);
  console.log(markdown(["input", "wall", "peak", ""], cells));
  return results.every(({ isWithin }) => isWithin);
}

function limitOf(binary, { add, most }) {
  const root = join(WORK, "limits");
  const app = join(root, "app");
  makeMonorepo(app, { files: 12, dense: false });
  add(app);
  const { wall, megabytes, status } = measure([binary, "migrate", "--dry-run", app], { cwd: root });
  return { wall, megabytes, isWithin: status === 0 && wall <= most.wall && megabytes <= most.megabytes };
}
