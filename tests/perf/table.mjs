// Rows as a table of Markdown.
import { OURS } from "./tools.mjs";

export const seconds = (value) => (value < 1 ? `${(value * 1_000).toFixed(0)} ms` : `${value.toFixed(value < 10 ? 2 : 1)} s`);
/** How many times as long as ours a tool takes. */
export const ratio = (value) => `${value.toFixed(value < 10 ? 2 : 0)}x`;

export function ratioToOurs(rows, row) {
  const ours = rows.find(({ tool, files }) => tool === OURS && files === row.files);
  return row.wall / ours.wall;
}

export function table(rows) {
  const cells = rows.map((row) => [
    row.tool,
    row.files.toLocaleString("en"),
    `${seconds(row.wall)} (${seconds(row.least)} - ${seconds(row.most)})`,
    seconds(row.cpu),
    `${row.megabytes.toFixed(0)} MB`,
    ratio(ratioToOurs(rows, row)),
    String(row.runs),
  ]);
  return markdown(["tool", "files", "wall, median (range)", "CPU", "peak", `to ${OURS}`, "runs"], cells);
}

export function markdown(head, rows) {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
