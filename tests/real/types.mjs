// Type-checks `before/` and `before/` + `after/` of every fixture against the real packages.
//   node types.mjs [--fixtures DIR] [--only GLOB]
// One process; parsed files and module resolutions of lib and node_modules are shared by all programs.
import { basename, dirname, relative } from "node:path";
import ts from "typescript";
import {
  HERE, NODE_MODULES, Report, STUBS, allDependencies, completeProject, existsSync, findFixtures, join, listFiles, overlay, parseArgs, readJson,
  scratchFolder,
} from "./lib.mjs";

/** Vite's template, for fixtures without a tsconfig. */
const APP_OPTIONS = {
  target: "ES2022", lib: ["ES2022", "DOM", "DOM.Iterable"], module: "ESNext", moduleResolution: "bundler", moduleDetection: "force",
  jsx: "react-jsx", strict: true, allowJs: true, checkJs: false, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true,
  isolatedModules: true, resolveJsonModule: true, noUncheckedSideEffectImports: false,
};
/** The tsconfig that `convex dev` writes, for function folders without one. */
const FUNCTIONS_OPTIONS = {
  target: "ESNext", lib: ["ES2023", "DOM"], module: "ESNext", moduleResolution: "bundler", jsx: "react-jsx", strict: true, allowJs: true,
  skipLibCheck: true, allowSyntheticDefaultImports: true, forceConsistentCasingInFileNames: true, isolatedModules: true, noEmit: true,
};
/** Packages that bring @types/node along for the whole project. */
const BRINGS_NODE_TYPES = ["react-scripts", "next", "expo", "@types/express"];
const SOURCE = /\.(?:[cm]?ts|tsx|[cm]?js|jsx)$/;
/** `error TS18003`: a config that matches no file, harmless where fixtures are cut down. */
const NO_INPUTS = 18003;
const MESSAGE_LIMIT = 400;

const args = parseArgs(process.argv.slice(2), {});
const report = new Report();
const scratch = scratchFolder("types");
overlay(join(scratch, "node_modules/react-scripts"), join(STUBS, "react-scripts"));
const fixtures = findFixtures(args);
let programs = 0;
let slowest = { seconds: 0 };

function main() {
  for (const fixture of fixtures) {
    if (fixture.info.types === false && fixture.problems.length === 0) {
      report.skip(fixture.id, fixture.info["types-why"]);
      continue;
    }
    const start = Date.now();
    const problems = [...fixture.problems];
    if (problems.length === 0) {
      problems.push(...checkSide(fixture, "before", [fixture.before]));
      if (fixture.after) problems.push(...checkSide(fixture, "after", [fixture.before, fixture.after]));
    }
    report.result(fixture.id, problems);
    const seconds = (Date.now() - start) / 1000;
    if (seconds > slowest.seconds) slowest = { id: fixture.id, seconds };
  }
  const note = slowest.id ? `${programs} programs; slowest ${slowest.id} ${slowest.seconds.toFixed(1)} s` : undefined;
  report.end(fixtures.length, note);
}

function checkSide(fixture, side, layers) {
  const root = overlay(join(scratch, fixture.id, side), ...layers);
  completeProject(root);
  return checkProject(root).map((line) => `${side}: ${line}`);
}

/** One program per tsconfig (referenced ones too), then one for what no tsconfig covers. */
function checkProject(root) {
  const lines = new Set();
  const covered = new Set();
  for (const config of allConfigs(root)) {
    const parsed = parseConfig(config, lines, root);
    if (parsed.fileNames.length > 0) check(root, dirname(config), parsed.fileNames, parsed.options, lines, covered);
  }
  const rest = listFiles(root).filter((file) => SOURCE.test(file) && !/(^|\/)(_generated|dist|public)\//.test(file)).map((file) => join(root, file));
  const uncovered = rest.filter((file) => !covered.has(file));
  const isFunctions = (file) => /\/convex\//.test(file.slice(root.length)) || isBelowFunctions(root, file);
  const convert = (options) => ts.convertCompilerOptionsFromJson(options, root).options;
  const app = uncovered.filter((file) => !isFunctions(file));
  const functions = uncovered.filter(isFunctions);
  if (app.length > 0) check(root, root, app, { ...convert(APP_OPTIONS), types: ["vite/client", ...declaredTypes(root)] }, lines, covered);
  if (functions.length > 0) check(root, root, functions, convert(FUNCTIONS_OPTIONS), lines, covered);
  return [...lines];
}

function isBelowFunctions(root, file) {
  for (let dir = dirname(file); dir.length >= root.length; dir = dirname(dir)) if (existsSync(join(dir, "_generated"))) return true;
  return false;
}

function allConfigs(root) {
  const queue = listFiles(root).filter((file) => basename(file) === "tsconfig.json").map((file) => join(root, file));
  const configs = new Set();
  while (queue.length > 0) {
    const config = queue.shift();
    if (configs.has(config) || !existsSync(config)) continue;
    configs.add(config);
    for (const { path } of ts.readConfigFile(config, ts.sys.readFile).config?.references ?? []) {
      const target = join(dirname(config), path);
      queue.push(target.endsWith(".json") ? target : join(target, "tsconfig.json"));
    }
  }
  return configs;
}

function parseConfig(config, lines, root) {
  const read = ts.readConfigFile(config, ts.sys.readFile);
  const forced = { noEmit: true, skipLibCheck: true, composite: false, incremental: false, declaration: false, tsBuildInfoFile: undefined };
  const parsed = ts.parseJsonConfigFileContent(read.config ?? {}, ts.sys, dirname(config), forced, config);
  const errors = [read.error, ...parsed.errors].filter((error) => error && error.code !== NO_INPUTS);
  for (const error of errors) lines.add(describe(error, root));
  return parsed;
}

function check(root, dir, rootNames, options, lines, covered) {
  programs++;
  const withTypes = { ...options, types: options.types ?? declaredTypes(root) };
  const program = ts.createProgram({ rootNames, options: withTypes, host: hostFor(withTypes, dir) });
  const own = program.getSourceFiles().filter((file) => !isShared(file.fileName));
  for (const file of own) covered.add(file.fileName);
  const diagnostics = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...own.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ];
  for (const diagnostic of diagnostics) lines.add(describe(diagnostic, root));
}

/** Without `types`, tsc sees every installed @types package: here those that the fixture declares, not all that we have. */
function declaredTypes(root) {
  const dependencies = allDependencies(root);
  const names = Object.keys(dependencies).filter((name) => name.startsWith("@types/")).map((name) => name.slice("@types/".length));
  if (BRINGS_NODE_TYPES.some((name) => name in dependencies)) names.push("node");
  return [...new Set(names)].filter((name) => existsSync(join(NODE_MODULES, "@types", name)));
}

// ---- the shared compiler host ----

const TS_LIB = dirname(ts.getDefaultLibFilePath({}));

function isShared(path) {
  return path.startsWith(NODE_MODULES + "/") || path.startsWith(TS_LIB + "/");
}

/** Options that neither parsing, binding nor resolution of a library file looks at. */
const LOCAL_OPTIONS = [
  "paths", "pathsBasePath", "baseUrl", "configFilePath", "configFile", "rootDir", "rootDirs", "outDir", "types", "typeRoots", "lib", "noEmit",
  "noUnusedLocals", "noUnusedParameters", "noFallthroughCasesInSwitch", "noImplicitReturns", "noImplicitOverride", "noUncheckedIndexedAccess",
  "noUncheckedSideEffectImports", "noPropertyAccessFromIndexSignature", "exactOptionalPropertyTypes", "erasableSyntaxOnly", "composite",
  "incremental", "declaration", "tsBuildInfoFile", "skipLibCheck", "sourceMap",
];
const environments = new Map();

/** Caches for one set of options that matter to library files. */
function environmentFor(options) {
  const shared = Object.fromEntries(Object.entries(options).filter(([name]) => !LOCAL_OPTIONS.includes(name)));
  const key = JSON.stringify(Object.entries(shared).sort());
  if (!environments.has(key)) environments.set(key, { options: shared, files: new Map(), modules: new Map() });
  return environments.get(key);
}

/** Remembers answers of the file system about files that don't change while we run. */
function remembered(ask) {
  const answers = new Map();
  return (path) => {
    if (!isShared(path)) return ask(path);
    if (!answers.has(path)) answers.set(path, ask(path));
    return answers.get(path);
  };
}

const disk = {
  fileExists: remembered(ts.sys.fileExists),
  readFile: remembered(ts.sys.readFile),
  directoryExists: remembered(ts.sys.directoryExists),
  realpath: remembered(ts.sys.realpath),
  getDirectories: remembered(ts.sys.getDirectories),
};

function hostFor(options, dir) {
  const environment = environmentFor(options);
  const host = { ...ts.createCompilerHost(options), ...disk, getCurrentDirectory: () => dir };
  const parse = (name, target) => {
    const text = host.readFile(name);
    return text === undefined ? undefined : ts.createSourceFile(name, text, target);
  };
  host.getSourceFile = (name, target) => {
    if (!isShared(name)) return parse(name, target);
    const key = `${target.impliedNodeFormat}|${name}`;
    if (!environment.files.has(key)) environment.files.set(key, parse(name, target));
    return environment.files.get(key);
  };
  const own = ts.createModuleResolutionCache(dir, (path) => path, options);
  host.resolveModuleNameLiterals = (literals, from, redirected, settings, file) =>
    literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(file, literal, settings);
      if (!isShared(from)) return ts.resolveModuleName(literal.text, from, settings, host, own, redirected, mode);
      const key = `${dirname(from)}|${mode}|${literal.text}`;
      if (!environment.modules.has(key)) {
        environment.modules.set(key, ts.resolveModuleName(literal.text, from, environment.options, host, undefined, undefined, mode));
      }
      return environment.modules.get(key);
    });
  return host;
}

function describe({ file, start, messageText, code }, root) {
  const message = ts.flattenDiagnosticMessageText(messageText, " ").replace(/\s+/g, " ").replaceAll(`${root}/`, "").replaceAll(`${HERE}/`, "");
  const short = message.length > MESSAGE_LIMIT ? `${message.slice(0, MESSAGE_LIMIT)}...` : message;
  if (!file || start === undefined) return `TS${code} ${short}`;
  const { line, character } = ts.getLineAndCharacterOfPosition(file, start);
  return `${relative(root, file.fileName)}:${line + 1}:${character + 1} TS${code} ${short}`;
}

main();
