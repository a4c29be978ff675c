// Time against files as an SVG: both axes logarithmic, a line for each tool, readable on light and dark pages.
const WIDTH = 760;
const HEIGHT = 440;
const PLOT = { left: 64, right: 580, top: 48, bottom: 384 };
/** Names at the end of lines stay so far apart. */
const LINE_HEIGHT = 18;
/** Told apart without seeing red and green, on white as on near-black. */
const COLOURS = ["#d6571e", "#2f7fd1", "#169173", "#b5569f", "#8f7a00", "#6f7682"];
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600 }
  .page { fill: #ffffff } .grid { stroke: #d5d9de } .axis { fill: #59636e }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .page { fill: #0d1117 } .grid { stroke: #30363d } .axis { fill: #9aa4af } }
`;

export function plot(rows, title) {
  const x = scale(rows.map(({ files }) => files), PLOT.left, PLOT.right);
  const y = scale(rows.flatMap(({ least, most }) => [least, most]), PLOT.bottom, PLOT.top);
  const tools = [...new Set(rows.map(({ tool }) => tool))];
  const lines = tools.map((tool, at) => ({ tool, colour: COLOURS[at % COLOURS.length], points: pointsOf(rows, tool, x, y) }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="title" x="${PLOT.left}" y="26">${title}</text>`,
    ...y.ticks.map(([value, at]) => `<path class="grid" d="M${PLOT.left} ${at}H${PLOT.right}"/>${label(PLOT.left - 8, at + 4, "end", time(value))}`),
    ...[...new Set(rows.map(({ files }) => files))].map((files) => label(x.place(files), PLOT.bottom + 22, "middle", files.toLocaleString("en"))),
    label((PLOT.left + PLOT.right) / 2, PLOT.bottom + 44, "middle", "TypeScript files"),
    ...lines.map(line),
    ...names(lines),
    "</svg>\n",
  ].join("\n");
}

const round = (value) => Math.round(value * 10) / 10;
const time = (value) => (value < 1 ? `${round(value * 1_000)} ms` : `${round(value)} s`);
const label = (x, y, anchor, text) => `<text class="axis" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${text}</text>`;

/** Places values on a logarithmic axis from `from` to `to`; its ticks are the powers of ten within. */
function scale(values, from, to) {
  const low = Math.log10(Math.min(...values)) - 0.05;
  const high = Math.log10(Math.max(...values)) + 0.05;
  const place = (value) => round(from + ((Math.log10(value) - low) / (high - low)) * (to - from));
  const powers = Array.from({ length: 12 }, (_, at) => 10 ** (at - 4)).filter((power) => Math.log10(power) >= low && Math.log10(power) <= high);
  return { place, ticks: powers.map((power) => [power, place(power)]) };
}

const pointsOf = (rows, tool, x, y) =>
  rows
    .filter((row) => row.tool === tool)
    .toSorted((a, b) => a.files - b.files)
    .map(({ files, wall, least, most }) => ({ x: x.place(files), y: y.place(wall), least: y.place(least), most: y.place(most) }));

function line({ colour, points }) {
  const path = `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(({ x, y }) => `${x},${y}`).join(" ")}"/>`;
  const marks = points.map(({ x, y, least, most }) => `<path stroke="${colour}" d="M${x} ${least}V${most}"/><circle fill="${colour}" cx="${x}" cy="${y}" r="3.5"/>`);
  return [path, ...marks].join("");
}

/** The names at the right ends, from the top down, each below the one before. */
function* names(lines) {
  let free = PLOT.top;
  for (const { tool, colour, points } of lines.toSorted((a, b) => a.points.at(-1).y - b.points.at(-1).y)) {
    const y = Math.max(points.at(-1).y, free);
    free = y + LINE_HEIGHT;
    yield `<circle fill="${colour}" cx="${PLOT.right + 14}" cy="${y}" r="4"/><text x="${PLOT.right + 24}" y="${y + 4}">${tool}</text>`;
  }
}
