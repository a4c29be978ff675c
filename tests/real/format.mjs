// Runs real Prettier over every `after/`: what was clean stays clean, what is new is clean.
//   node format.mjs [--fixtures DIR] [--only GLOB]
// Settings are the fixture's own (Prettier, .editorconfig, biome.json); without any, those under which its before/ is clean.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, extname, relative } from "node:path";
import ts from "typescript";
import * as prettier from "prettier";
import { Report, existsSync, findFixtures, firstLine, join, listFiles, overlay, parseArgs, readFileSync, readJson } from "./lib.mjs";

const PRETTIER_FILES = /^(?:\.prettierrc(?:\..+)?|prettier\.config\..+)$/;
/** At most one changed case in this many may be marked `rewrap`. */
const REWRAP_SHARE = 10;

const args = parseArgs(process.argv.slice(2), {});
const report = new Report();
// Not below tests/real: the repository's own settings must not be found by looking upwards.
const scratch = mkdtempSync(join(tmpdir(), "convex-clerk-format-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const total = { files: 0, created: 0, inferred: 0, changed: 0, cleanBefore: 0, marked: [] };

async function main() {
  const fixtures = findFixtures(args);
  for (const fixture of fixtures) {
    if (fixture.problems.length > 0) report.fail(fixture.id, fixture.problems);
    else if (fixture.after) await checkFixture(fixture);
  }
  if (!args.only) checkShares();
  const note = `${total.files} files checked, ${total.created} of them new, ${total.inferred} with inferred settings; ` +
    `${total.cleanBefore} of ${total.changed} changed cases had a clean before; ${total.marked.length} marked rewrap`;
  report.end(fixtures.length, note);
}

function checkShares() {
  const { changed, cleanBefore, marked } = total;
  if (marked.length * REWRAP_SHARE > changed) {
    report.fail("(all)", [`${marked.length} of ${changed} changed cases are marked rewrap, one in ${REWRAP_SHARE} may be: ${marked.join(", ")}`]);
  }
  if (cleanBefore * 2 < changed) report.fail("(all)", [`only ${cleanBefore} of ${changed} changed cases had a clean before`]);
}

async function checkFixture({ id, info, before, after }) {
  total.changed++;
  if (info.rewrap) total.marked.push(id);
  const root = { before: overlay(join(scratch, id, "before"), before), after: overlay(join(scratch, id, "after"), before, after) };
  const settings = await settingsOf(id, root.before);
  if (!settings) return;
  const problems = [];
  const excused = [];
  let clean = 0;
  for (const file of listFiles(after)) {
    const path = { before: join(root.before, file), after: join(root.after, file) };
    const isNew = !existsSync(path.before);
    if (!isNew && readFileSync(path.before).equals(readFileSync(path.after))) problems.push(`${file} is in after/ but the same as in before/`);
    const { inferredParser, ignored } = await prettier.getFileInfo(path.after, { ignorePath: join(root.after, ".prettierignore") });
    if (!inferredParser || ignored) continue;
    try {
      let options = await settings(path.after);
      if (!isNew) {
        options = await cleanUnder(path.before, options);
        if (options.length === 0) continue;
        clean++;
      }
      total.files++;
      if (isNew) total.created++;
      if (options.length > 1) total.inferred++;
      if ((await cleanUnder(path.after, options)).length > 0) continue;
      const line = `${file} ${isNew ? "is new and not clean" : "was clean and no longer is"}: ${await firstDifference(path.after, options[0])}`;
      if (info.rewrap && !isNew) excused.push(line);
      else problems.push(line);
    } catch (error) {
      problems.push(`${file}: ${firstLine(error)}`);
    }
  }
  if (clean > 0) total.cleanBefore++;
  if (info.rewrap && excused.length === 0) problems.push("needless `rewrap = true`: no changed file was clean and lost it");
  report.result(id, problems);
}

/** file -> the settings it may be clean under, best guess first; undefined when they can't be told. */
async function settingsOf(id, root) {
  const files = listFiles(root);
  const names = files.map((file) => file.split("/").at(-1));
  const hasPrettier = names.some((name) => PRETTIER_FILES.test(name)) || files.some((file) => /package\.(json|yaml)$/.test(file) && readJson(join(root, file))?.prettier);
  if (hasPrettier) return prettierSettings(id);
  const biome = files.find((file) => /(^|\/)biome\.jsonc?$/.test(file));
  if (biome) return biomeSettings(id, join(root, biome));
  return inferredSettings(root, files);
}

function prettierSettings(id) {
  return async (path) => {
    const options = (await prettier.resolveConfig(path, { editorconfig: true, useCache: false })) ?? {};
    if (options.plugins?.length > 0) console.log(`note ${id}: without the plugins ${options.plugins.join(", ")}`);
    return [{ endOfLine: "auto", ...options, plugins: [] }];
  };
}

function biomeSettings(id, path) {
  const { formatter = {}, javascript = {} } = ts.parseConfigFileTextToJson(path, readFileSync(path, "utf8")).config ?? {};
  if (formatter.enabled === false || javascript.formatter?.enabled === false) {
    report.skip(id, "biome.json turns the formatter off");
    return undefined;
  }
  const js = { ...formatter, ...javascript.formatter };
  const options = {
    endOfLine: js.lineEnding ?? "auto",
    useTabs: (js.indentStyle ?? "tab") === "tab",
    tabWidth: js.indentWidth ?? 2,
    printWidth: js.lineWidth ?? 80,
    singleQuote: js.quoteStyle === "single",
    jsxSingleQuote: js.jsxQuoteStyle === "single",
    semi: js.semicolons !== "asNeeded",
    trailingComma: js.trailingCommas ?? "all",
    arrowParens: js.arrowParentheses === "asNeeded" ? "avoid" : "always",
    bracketSpacing: js.bracketSpacing ?? true,
    bracketSameLine: js.bracketSameLine ?? false,
    quoteProps: js.quoteProperties === "preserve" ? "preserve" : "as-needed",
  };
  return async () => [options];
}

/** No settings file: quotes, semicolons and indent as most sources have them, and the usual widths and commas; for a new file as its neighbours. */
async function inferredSettings(root, files) {
  const sources = files.filter((file) => /\.(?:[cm]?[jt]s|[jt]sx)$/.test(file) && !/_generated\/|\.gen\./.test(file)).map((file) => join(root, file));
  const all = await inferredFrom(sources);
  const editorconfig = (path) => prettier.resolveConfig(path, { editorconfig: true, useCache: false });
  const isScript = (path) => sources.some((source) => extname(source) === extname(path)) || /\.(?:[cm]?[jt]s|[jt]sx)$/.test(path);
  return async (path) => {
    const declared = (await editorconfig(path)) ?? {};
    if (!isScript(path)) return [{ endOfLine: "auto", ...declared }];
    const here = dirname(join(root, relative(root.replace(/before$/, "after"), path)));
    const beside = sources.filter((source) => dirname(source) === here);
    const isNew = !sources.some((source) => source === join(here, basename(path)));
    const kept = isNew && beside.length > 0 ? await inferredFrom(beside) : all;
    return kept.map((options) => ({ ...options, ...declared }));
  };
}

async function inferredFrom(sources) {
  const text = sources.map((file) => readFileSync(file, "utf8")).join("\n");
  const count = (pattern) => (text.match(pattern) ?? []).length;
  const isMore = (one, other) => count(one) > count(other);
  const spaces = [...text.matchAll(/^( +)\S/gm)].map(([, indent]) => indent.length);
  const base = {
    endOfLine: "auto",
    singleQuote: isMore(/from '/g, /from "/g),
    jsxSingleQuote: isMore(/\w='[^']*'/g, /\w="[^"]*"/g),
    semi: !isMore(/^import .*["']\s*$/gm, /^import .*["'];\s*$/gm),
    useTabs: isMore(/^\t/gm, /^ {2}/gm),
    tabWidth: spaces.length > 0 && spaces.every((width) => width % 4 === 0) ? 4 : 2,
  };
  const variants = [80, 100, 120].flatMap((printWidth) =>
    ["all", "es5", "none"].flatMap((trailingComma) => ["always", "avoid"].map((arrowParens) => ({ ...base, printWidth, trailingComma, arrowParens }))),
  );
  return votedFor(variants, sources);
}

/** The variants under which most of the sources are clean, all of them when none is clean under any. */
async function votedFor(variants, sources) {
  const votes = [];
  for (const variant of variants) {
    let clean = 0;
    for (const source of sources) if (await isClean(source, variant)) clean++;
    votes.push(clean);
  }
  const most = Math.max(...votes);
  return variants.filter((_, index) => votes[index] === most);
}

async function isClean(path, options) {
  try {
    return await prettier.check(readFileSync(path, "utf8"), { ...options, filepath: path });
  } catch {
    return false;
  }
}

async function cleanUnder(path, candidates) {
  const clean = [];
  for (const options of candidates) if (await isClean(path, options)) clean.push(options);
  return clean;
}

async function firstDifference(path, options) {
  const text = readFileSync(path, "utf8");
  const lines = { is: text.split("\n"), wanted: (await prettier.format(text, { ...options, filepath: path })).split("\n") };
  const at = lines.wanted.findIndex((line, index) => line !== lines.is[index]);
  const index = at < 0 ? lines.wanted.length : at;
  return `line ${index + 1} is ${JSON.stringify(lines.is[index] ?? "")}, Prettier has ${JSON.stringify(lines.wanted[index] ?? "")}`;
}

await main();
