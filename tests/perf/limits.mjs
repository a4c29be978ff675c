// Input that nobody should have: time and memory stay within stated bounds.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeMonorepo } from "./monorepo/index.mjs";
import { measure } from "./measure.mjs";
import { WORK } from "./paths.mjs";
import { markdown, seconds } from "./table.mjs";

const IMPORT = `import { useQuery } from "convex/react";\n`;

/**
 * `files` is how large the project around the input is. Bounds are in seconds and megabytes, well above what is measured on two busy cores:
 * they catch what grows, not what varies.
 */
const CASES = [
  { name: "20 MB in one file", files: 12, most: { wall: 1, megabytes: 64 }, add: (root) => put(root, "src/vendor.js", statements(20)) },
  { name: "3.9 MB in one file, which is read", files: 12, most: { wall: 5, megabytes: 300 }, add: (root) => put(root, "src/vendor.js", statements(3.9)) },
  { name: "5,000 elements inside each other", files: 12, most: { wall: 1, megabytes: 32 }, add: (root) => put(root, "src/Deep.tsx", nested(5_000)) },
  { name: "2,900 elements, which are read", files: 12, most: { wall: 1, megabytes: 64 }, add: (root) => put(root, "src/Deep.tsx", nested(2_900)) },
  { name: "200,000 small files in a package", files: 600, most: { wall: 30, megabytes: 200 }, add: (root) => small(root, "packages/data/src") },
  { name: "200,000 small files in an app", files: 12, most: { wall: 60, megabytes: 800 }, add: (root) => small(root, "src/data") },
];
const SMALL_FILES = 200_000;
const FILES_IN_A_FOLDER = 500;

function put(root, path, text) {
  writeFileSync(join(root, path), text);
}

const line = "export const areaOf = function (width, height) { return width * height; };\n";
const statements = (megabytes) => IMPORT + line.repeat((megabytes * 2 ** 20) / line.length);
const nested = (depth) => `${IMPORT}export const deep = ${"<div>".repeat(depth)}${"</div>".repeat(depth)};\n`;

function small(root, folder) {
  for (let number = 0; number < SMALL_FILES; number++) {
    const path = join(root, folder, `group-${Math.floor(number / FILES_IN_A_FOLDER)}`);
    if (number % FILES_IN_A_FOLDER === 0) mkdirSync(path, { recursive: true });
    writeFileSync(join(path, `value-${number}.ts`), `export const value = ${number};\n`);
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

function limitOf(binary, { files, add, most }) {
  const root = join(WORK, "monorepo");
  makeMonorepo(root, { files });
  add(root);
  const { wall, megabytes, status } = measure([binary, "migrate", "--dry-run", "."], { cwd: root });
  return { wall, megabytes, isWithin: status === 0 && wall <= most.wall && megabytes <= most.megabytes };
}
