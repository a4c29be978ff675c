// What the measured rows should come to. Printed, never failed on: a busy machine is no defect.
import { statSync } from "node:fs";
import { markdown, ratio, ratioToOurs } from "./table.mjs";
import { OURS } from "./tools.mjs";

/** A monorepo from here on; below it the run is one app. */
const MONOREPO = 500;
/** At least so much faster than each peer, or at most so much slower. */
const PLAIN = { rg: 1 / 0.9, "ast-grep": 9, jscodeshift: 300 };
const DENSE = { rg: 1 / 1.4 };
const ONE_APP = { jscodeshift: 100 };
/** Of the largest monorepo alone. */
const LARGEST = { "ts-morph": 4 };
const GROWTH_FROM = 5_000;
const GROWTH = 1.15;

const atMost = (what, value, limit, show) => [what, show(value), `<= ${show(limit)}`, value <= limit ? "holds" : "missed"];
const atLeast = (what, value, limit, show) => [what, show(value), `>= ${show(limit)}`, value >= limit ? "holds" : "missed"];
const megabytes = (value) => `${value.toFixed(1)} MB`;
const milliseconds = (value) => `${(value * 1_000).toFixed(0)} ms`;

export function targets(rows, binary) {
  const largest = Math.max(...rows.map(({ files }) => files));
  const lines = rows.flatMap((row) => (row.tool === OURS ? ofOurs(row, largest) : ofPeer(rows, row, largest)));
  lines.push(...growth(rows, largest), atMost("size of the binary", statSync(binary).size / 2 ** 20, 8, megabytes));
  return markdown(["target", "measured", "wanted", ""], lines);
}

function ofPeer(rows, row, largest) {
  const wanted = row.files < MONOREPO ? ONE_APP : row.dense ? DENSE : { ...PLAIN, ...(row.files === largest ? LARGEST : {}) };
  const limit = wanted[row.tool];
  return limit ? [atLeast(`${row.tool} on ${row.files.toLocaleString("en")} files, to ${OURS}`, ratioToOurs(rows, row), limit, ratio)] : [];
}

function ofOurs(row, largest) {
  if (row.files < MONOREPO) return [atMost("one app, wall", row.wall, 0.009, milliseconds), atMost("one app, peak", row.megabytes, 9, megabytes)];
  return row.files === largest && !row.dense ? [atMost("largest monorepo, peak", row.megabytes, 20, megabytes)] : [];
}

/** The time for a file, of the largest monorepo to that of a middle one. */
function growth(rows, largest) {
  const ofFile = (files) => rows.filter((row) => row.tool === OURS && row.files === files).map((row) => row.wall / files)[0];
  const from = ofFile(GROWTH_FROM);
  if (!from || largest <= GROWTH_FROM) return [];
  const what = `time for a file, ${largest.toLocaleString("en")} to ${GROWTH_FROM.toLocaleString("en")} files`;
  return [atMost(what, ofFile(largest) / from, GROWTH, ratio)];
}
