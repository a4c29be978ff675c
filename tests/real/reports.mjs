// The views of every fixture's plan, read by what isn't ours: the JSON by its schema, SARIF by the types made of its schema and by the multitool
// with GitHub's rules, Markdown by a Markdown parser, annotations by the rules of workflow commands.
//   node reports.mjs --binary PATH [--fixtures DIR] [--only GLOB] [--self-test]
// With --self-test views with a fault each must be noticed.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import MarkdownIt from "markdown-it";
import ts from "typescript";
import { HERE, NODE_MODULES, Report, existsSync, findFixtures, join, parseArgs, readFileSync, writeFileSync } from "./lib.mjs";

const args = parseArgs(process.argv.slice(2), { values: ["binary"], switches: ["self-test"] });
const report = new Report();
const scratch = mkdtempSync(join(tmpdir(), "convex-clerk-reports-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const ajv = new Ajv2020({ allErrors: true, strict: true });
addFormats(ajv);
for (const format of ["uint32", "uint", "uint64"]) ajv.addFormat(format, { type: "number", validate: (n) => Number.isInteger(n) && n >= 0 });
const isPlan = ajv.compile(JSON.parse(readFileSync(join(HERE, "../../docs/plan.schema.json"), "utf8")));

function main() {
  const logs = join(scratch, "sarif");
  mkdirSync(logs);
  const fixtures = findFixtures(args);
  const problems = new Map();
  for (const fixture of fixtures) problems.set(fixture.id, check(fixture, join(logs, `${fixture.id.replace("/", "+")}.sarif`)));
  for (const [name, lines] of validated(logs)) problems.get(name.replace("+", "/"))?.push(...lines);
  for (const [id, found] of problems) report.result(id, found);
  report.end(fixtures.length, "views of plans");
}

/** Makes the views of a fixture and checks all but the SARIF log. */
function check(fixture, sarif) {
  const folder = join(scratch, "views", fixture.id);
  const project = join(folder, "project");
  mkdirSync(folder, { recursive: true });
  cpSync(fixture.before, project, { recursive: true });
  const flags = [...(fixture.info.options ?? []), ...(fixture.info.rules ?? []).flatMap((rule) => ["--rule", rule])];
  const file = (name) => join(folder, name);
  const outputs = [file("plan.json"), `sarif=${sarif}`, file("body.md"), `github=${file("notes")}`].flatMap((output) => ["--output", output]);
  const made = spawnSync(args.binary, ["migrate", "--dry-run", ...outputs, ...flags], { cwd: project, encoding: "utf8", maxBuffer: 1 << 28 });
  // 3: refused, which its views say.
  if (made.status !== 0 && made.status !== 3) return [`exit code ${made.status}: ${made.stderr}`];
  const read = (name) => readFileSync(file(name), "utf8");
  return [...plan(read("plan.json")), ...markdown(read("body.md"), made.stdout), ...annotations(read("notes"))];
}

function plan(text) {
  return isPlan(JSON.parse(text)) ? [] : isPlan.errors.map((error) => `plan.json: ${error.instancePath} ${error.message}`);
}

/** The patch of the body, put together, is that of `--dry-run`, line endings aside; no text of ours makes an element or a link of its own. */
function markdown(text, patch) {
  const found = [];
  const tokens = new MarkdownIt({ html: true }).parse(text, {});
  const diffs = tokens.filter((token) => token.type === "fence" && token.info === "diff");
  const lines = (patch) => patch.replaceAll("\r", "").split("\n").filter((line) => line !== "");
  const shown = lines(diffs.map((token) => token.content).join(""));
  const wanted = lines(patch);
  const isShort = text.includes("are too long for here");
  // Characters that turn or hide text are written out.
  const isPlain = !/[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(patch.replaceAll("\r", ""));
  if (!isShort && isPlain && shown.join("\n") !== wanted.join("\n")) found.push("body.md: its diffs are not the patch");
  const blocks = tokens.filter((token) => token.type === "html_block").map((token) => token.content.replaceAll(/<code>.*<\/code>/g, ""));
  const odd = blocks.filter((block) => !/^(?:<\/?details>|<summary><\/summary>|\s)*$/.test(block));
  if (odd.length > 0) found.push(`body.md: ${odd[0]}`);
  if (text.length > 65_536) found.push(`body.md: ${text.length} characters`);
  return found;
}

/** As GitHub's runner reads a line: `::command key=value,key=value::data`. */
function annotations(text) {
  const order = ["error", "warning", "notice"];
  const found = [];
  let last = 0;
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const [, command, properties] = /^::(error|warning|notice) ((?:[a-zA-Z]+=[^:,]*)(?:,[a-zA-Z]+=[^:,]*)*)::./.exec(line) ?? [];
    if (!command) {
      if (!/^\d+ more (?:error|warning|notice)s? in the summary$/.test(line)) found.push(`notes: ${line}`);
      continue;
    }
    if (order.indexOf(command) < last) found.push("notes: not the worst first");
    last = order.indexOf(command);
    const keys = properties.split(",").map((property) => property.split("=")[0]);
    if (keys.some((key) => !["file", "line", "endLine", "col", "endColumn", "title"].includes(key))) found.push(`notes: ${line}`);
  }
  return found;
}

/** What is wrong with each log. The multitool is silent of one that it can't read, so that its shape is looked at first. */
function* validated(logs) {
  const misshapen = [...typed(logs)];
  yield* misshapen.length > 0 ? misshapen : ruled(logs);
}

/** What TypeScript says of each log as a value of the schema's types. */
function* typed(logs) {
  const files = readdirSync(logs).map((name) => {
    const file = join(logs, `${name}.ts`);
    writeFileSync(file, `import type { Log } from "sarif";\nexport const log: Log = ${readFileSync(join(logs, name), "utf8")};\n`);
    return file;
  });
  const options = { strict: true, noEmit: true, types: [], paths: { sarif: [join(NODE_MODULES, "@types/sarif/index.d.ts")] } };
  const program = ts.createProgram(files, options);
  for (const problem of ts.getPreEmitDiagnostics(program)) {
    const id = problem.file?.fileName.split("/").at(-1).replace(".sarif.ts", "");
    yield [id, [`results.sarif: ${ts.flattenDiagnosticMessageText(problem.messageText, " ")}`]];
  }
  for (const file of files) rmSync(file);
}

/** What the multitool says of each log: SARIF's own rules, and those of GitHub. Notes are advice. */
function* ruled(logs) {
  const name = { linux: "linux", darwin: "darwin", win32: "win32" }[process.platform];
  const tool = join(NODE_MODULES, "@microsoft", `sarif-multitool-${name}`, process.platform === "win32" ? "Sarif.Multitool.exe" : "Sarif.Multitool");
  // The package holds it without the right to run it.
  chmodSync(tool, 0o755);
  const out = join(scratch, "validated.sarif");
  const env = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1" };
  const rest = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--output", out, "--log", "ForceOverwrite"];
  const done = spawnSync(tool, ["validate", join(logs, "*.sarif"), ...rest], { encoding: "utf8", env, maxBuffer: 1 << 28 });
  if (!existsSync(out)) throw new Error(`the multitool did not run: ${done.stdout}${done.stderr}`);
  const run = JSON.parse(readFileSync(out, "utf8")).runs[0];
  const logged = readdirSync(logs).length;
  if (!done.stdout.includes(`${logged} files scanned`)) report.fail("(all)", [`the multitool did not read ${logged} logs: ${done.stdout}`]);
  for (const result of run.results ?? []) {
    const place = result.locations[0].physicalLocation;
    const uri = place.artifactLocation.uri ?? run.artifacts[place.artifactLocation.index].location.uri;
    const id = decodeURIComponent(uri).split("/").at(-1).replace(".sarif", "");
    yield [id, [`results.sarif:${place.region?.startLine}: ${result.ruleId} ${result.message.text ?? JSON.stringify(result.message.arguments)}`]];
  }
}

/** One fault each. */
function selfTest() {
  const patch = "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n";
  const log = (result) => ({ version: "2.1.0", $schema: "https://json.schemastore.org/sarif-2.1.0.json", runs: [{ tool: { driver: { name: "x" } }, results: [result] }] });
  const logs = join(scratch, "sarif");
  mkdirSync(logs);
  writeFileSync(join(logs, "rule.sarif"), JSON.stringify(log({ message: { text: "x" }, ruleId: "a", ruleIndex: 3 })));
  const noticed = new Set([...validated(logs)].map(([id]) => id));
  writeFileSync(join(logs, "level.sarif"), JSON.stringify(log({ message: { text: "x" }, level: "fatal" })));
  for (const [id] of validated(logs)) noticed.add(id);
  const cases = {
    "a plan without files": plan('{"version":1}'),
    "a severity that is none": plan(JSON.stringify({ version: 1, tool: { name: "a", version: "1" }, apps: [], groups: [], steps: [], files: [], findings: [{ severity: "bad" }] })),
    "a body with another patch": markdown("```diff\n+z\n```\n", patch),
    "a body with an element": markdown(`\`\`\`diff\n${patch}\`\`\`\n\n<script>x</script>\n`, patch),
    "a notice before an error": annotations("::notice title=a::x\n::error title=a::x\n"),
    "a colon in a property": annotations("::error file=a:b::x\n"),
    "an index of no rule": noticed.has("rule") ? ["yes"] : [],
    "a level that is none": noticed.has("level") ? ["yes"] : [],
  };
  for (const [name, found] of Object.entries(cases)) report.result(name, found.length > 0 ? [] : ["was not noticed"]);
  report.end(Object.keys(cases).length, "faults");
}

if (args["self-test"]) selfTest();
else main();
