// Type-checks `before/` and `before/` + `after/` of every fixture against the real packages.
//   node types.mjs [--fixtures DIR] [--only GLOB]
// One process; parsed files and module resolutions of lib and node_modules are shared by all programs.
import { basename, dirname, relative } from "node:path";
import ts from "typescript";
import {
  HERE, NEXT_SETS, NODE_MODULES, Report, STUBS, allDependencies, completeProject, existsSync, findFixtures, join, listFiles, overlay, packagesOf,
  parseArgs, scratchFolder, writeFileSync,
} from "./lib.mjs";

/** Vite's template, for fixtures without a tsconfig. */
const APP_OPTIONS = {
  target: "ES2022", lib: ["ES2022", "DOM", "DOM.Iterable"], module: "ESNext", moduleResolution: "bundler", moduleDetection: "force",
  jsx: "react-jsx", strict: true, allowJs: true, checkJs: false, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true,
  isolatedModules: true, resolveJsonModule: true, noUncheckedSideEffectImports: false,
};
/** What create-next-app writes; a tsconfig of a Next.js app gets what it doesn't set itself. `next dev` adds the reference to Next's types. */
const NEXT_OPTIONS = {
  target: "ES2017", lib: ["dom", "dom.iterable", "esnext"], allowJs: true, skipLibCheck: true, strict: true, noEmit: true, esModuleInterop: true,
  module: "esnext", moduleResolution: "bundler", resolveJsonModule: true, isolatedModules: true, jsx: "react-jsx",
};
const NEXT_TYPES = '/// <reference types="next" />\n/// <reference types="next/image-types/global" />\n';
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
const scratches = new Map();
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
  const packages = packagesOf(fixture);
  const root = overlay(join(scratchBelow(packages), fixture.id, side), ...layers);
  completeProject(root);
  const lines = new Set();
  checkProject({ root, packages, next: NEXT_SETS.includes(packages) ? nextAdditions(root, packages) : undefined, lines, covered: new Set() });
  return [...lines].map((line) => `${side}: ${line}`);
}

function scratchBelow(packages) {
  if (!scratches.has(packages)) {
    const scratch = scratchFolder("types", packages);
    if (packages === HERE) overlay(join(scratch, "node_modules/react-scripts"), join(STUBS, "react-scripts"));
    scratches.set(packages, scratch);
  }
  return scratches.get(packages);
}

/** What Next.js puts into a project by itself. */
function nextAdditions(root, packages) {
  const types = join(root, "next-env.d.ts");
  if (!existsSync(types)) writeFileSync(types, NEXT_TYPES);
  const jsx = packages.endsWith("14") ? "preserve" : NEXT_OPTIONS.jsx;
  return { types, options: ts.convertCompilerOptionsFromJson({ ...NEXT_OPTIONS, jsx }, root).options };
}

/** One program per tsconfig (referenced ones too), then one for what no tsconfig covers. */
function checkProject(project) {
  const { root, packages, next, lines, covered } = project;
  for (const config of allConfigs(root)) {
    const { fileNames, options } = parseConfig(config, lines, root);
    if (fileNames.length === 0) continue;
    if (next && !isBelowFunctions(root, config)) check(project, dirname(config), [...fileNames, next.types], withDefaults(options, next.options));
    else check(project, dirname(config), fileNames, options);
  }
  const rest = listFiles(root).filter((file) => SOURCE.test(file) && !/(^|\/)(_generated|dist|public)\//.test(file)).map((file) => join(root, file));
  const uncovered = rest.filter((file) => !covered.has(file));
  const isFunctions = (file) => /\/convex\//.test(file.slice(root.length)) || isBelowFunctions(root, file);
  const convert = (options) => ts.convertCompilerOptionsFromJson(options, root).options;
  const app = uncovered.filter((file) => !isFunctions(file));
  const functions = uncovered.filter(isFunctions);
  if (app.length > 0 && next) check(project, root, [...app, next.types], next.options);
  else if (app.length > 0) check(project, root, app, { ...convert(APP_OPTIONS), types: ["vite/client", ...declaredTypes(root, packages)] });
  if (functions.length > 0) check(project, root, functions, convert(FUNCTIONS_OPTIONS));
}

/** A tsconfig that chooses its modules itself gets no resolution that may not go with them. */
function withDefaults(options, defaults) {
  const { moduleResolution, ...others } = defaults;
  const goesAlong = [undefined, defaults.module].includes(options.module);
  return { ...others, ...(goesAlong && { moduleResolution }), ...options };
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

function check({ root, packages, lines, covered }, dir, rootNames, options) {
  programs++;
  const withTypes = { ...options, types: options.types ?? declaredTypes(root, packages) };
  const program = ts.createProgram({ rootNames, options: withTypes, host: hostFor(withTypes, dir, packages) });
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
function declaredTypes(root, packages) {
  const dependencies = allDependencies(root);
  const names = Object.keys(dependencies).filter((name) => name.startsWith("@types/")).map((name) => name.slice("@types/".length));
  if (BRINGS_NODE_TYPES.some((name) => name in dependencies)) names.push("node");
  return [...new Set(names)].filter((name) => existsSync(join(packages, "node_modules/@types", name)));
}

// ---- the shared compiler host ----

const SHARED = [NODE_MODULES, dirname(ts.getDefaultLibFilePath({})), ...NEXT_SETS.map((set) => join(set, "node_modules"))].map((dir) => `${dir}/`);

function isShared(path) {
  return SHARED.some((dir) => path.startsWith(dir));
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

function hostFor(options, dir, packages) {
  const environment = environmentFor(options);
  const host = { ...ts.createCompilerHost(options), ...disk, getCurrentDirectory: () => dir };
  // What a set lacks is missing, though it lies below our own node_modules.
  if (packages !== HERE) host.directoryExists = (path) => path !== NODE_MODULES && !path.startsWith(`${NODE_MODULES}/`) && disk.directoryExists(path);
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
