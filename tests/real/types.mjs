// Type-checks `before/` and `before/` + `after/` of every fixture against the real packages.
//   node types.mjs [--fixtures DIR] [--only GLOB]
// One process; parsed files and module resolutions of lib and node_modules are shared by all programs.
import { basename, dirname, relative } from "node:path";
import ts from "typescript";
import {
  EXPO, HERE, NEXT_SETS, NODE_MODULES, Report, ROUTER_SETS, SETS, STUBS, allDependencies, appsWith, commandOf, completeProject,
  environmentWith, existsSync, findFixtures, inParallel, join, listFiles, mkdirSync, overlay, packagesOf, parseArgs, runNode, scratchFolder,
  symlinkSync, writeFileSync,
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
/** Expo's tsconfig.base.json, for fixtures without a tsconfig. `expo start` writes the reference to Expo's types. */
const EXPO_OPTIONS = {
  allowJs: true, esModuleInterop: true, jsx: "react-jsx", lib: ["DOM", "ESNext"], module: "preserve", moduleDetection: "force",
  moduleResolution: "bundler", customConditions: ["react-native"], noEmit: true, resolveJsonModule: true, skipLibCheck: true, target: "ESNext",
};
const EXPO_TYPES = '/// <reference types="expo/types" />\n';
/** The tsconfig that `convex dev` writes, for function folders without one. */
const FUNCTIONS_OPTIONS = {
  target: "ESNext", lib: ["ES2023", "DOM"], module: "ESNext", moduleResolution: "bundler", jsx: "react-jsx", strict: true, allowJs: true,
  skipLibCheck: true, allowSyntheticDefaultImports: true, forceConsistentCasingInFileNames: true, isolatedModules: true, noEmit: true,
};
/** Packages that bring @types/node along for the whole project. */
const BRINGS_NODE_TYPES = ["react-scripts", "next", "expo", "@types/express"];
const SOURCE = /\.(?:[cm]?ts|tsx|[cm]?js|jsx)$/;
const NOT_SOURCE = /(^|\/)(?:_generated|\.react-router|dist|public)\//;
/** `error TS18003`: a config that matches no file, harmless where fixtures are cut down. */
const NO_INPUTS = 18003;
const MESSAGE_LIMIT = 400;
const JOBS = 2;
const TYPEGEN_LIMIT_MS = 60_000;

const args = parseArgs(process.argv.slice(2), {});
const report = new Report();
const fixtures = findFixtures(args);
let programs = 0;
let slowest = { seconds: 0 };

async function main() {
  overlay(join(scratchFolder("types"), "node_modules/react-scripts"), join(STUBS, "react-scripts"));
  const ready = [];
  for (const fixture of fixtures) {
    if (fixture.info.types === false && fixture.problems.length === 0) report.skip(fixture.id, fixture.info["types-why"]);
    else ready.push({ fixture, sides: fixture.problems.length > 0 ? [] : sidesOf(fixture) });
  }
  const sides = ready.flatMap(({ sides }) => sides);
  await inParallel(sides.filter(({ packages }) => ROUTER_SETS.includes(packages)), JOBS, writeRouteTypes);
  for (const { fixture, sides } of ready) {
    const start = Date.now();
    report.result(fixture.id, [...fixture.problems, ...sides.flatMap(checkSide)]);
    const seconds = (Date.now() - start) / 1000;
    if (seconds > slowest.seconds) slowest = { id: fixture.id, seconds };
  }
  const note = slowest.id ? `${programs} programs; slowest ${slowest.id} ${slowest.seconds.toFixed(1)} s` : undefined;
  report.end(fixtures.length, note);
}

/** `before/` and `before/` + `after/`, laid out. */
function sidesOf(fixture) {
  const packages = packagesOf(fixture);
  const layers = { before: [fixture.before], ...(fixture.after && { after: [fixture.before, fixture.after] }) };
  return Object.entries(layers).map(([name, layers]) => {
    const root = overlay(join(scratchFolder("types", packages), fixture.id, name), ...layers);
    completeProject(root);
    if (packages === EXPO) chooseClerkForExpo(root, packages);
    return { name, root, packages, lines: new Set(), covered: new Set() };
  });
}

function checkSide(side) {
  checkProject({ ...side, additions: frameworkAdditions(side) });
  return [...side.lines].map((line) => `${side.name}: ${line}`);
}

/** The types of routes, `./+types/...`, are made by React Router. */
async function writeRouteTypes({ root, packages, lines }) {
  for (const app of appsWith(root, "@react-router/dev")) {
    const command = [commandOf(packages, "@react-router/dev", "react-router"), "typegen"];
    const { failed } = await runNode(command, { cwd: app, env: environmentWith({}), limit: TYPEGEN_LIMIT_MS });
    if (failed) lines.add(`react-router typegen ${failed}`);
  }
}

/** An app whose range asks for line 3 gets it under its own name. */
function chooseClerkForExpo(root, packages) {
  if (/\d+/.exec(allDependencies(root)["@clerk/expo"])?.[0] !== "3") return;
  mkdirSync(join(root, "node_modules/@clerk"), { recursive: true });
  symlinkSync(join(packages, "node_modules/clerk-expo-3"), join(root, "node_modules/@clerk/expo"), "dir");
}

/** What Next.js and Expo put into a project by themselves. */
function frameworkAdditions({ root, packages }) {
  const convert = (options) => ts.convertCompilerOptionsFromJson(options, root).options;
  const file = (name, text) => {
    if (!existsSync(join(root, name))) writeFileSync(join(root, name), text);
    return join(root, name);
  };
  if (packages === EXPO) return { types: [file("expo-env.d.ts", EXPO_TYPES)], options: convert(EXPO_OPTIONS) };
  if (NEXT_SETS.includes(packages)) {
    const options = convert({ ...NEXT_OPTIONS, jsx: packages.endsWith("14") ? "preserve" : NEXT_OPTIONS.jsx });
    return { types: [file("next-env.d.ts", NEXT_TYPES)], options, defaults: options };
  }
  return { types: [], options: { ...convert(APP_OPTIONS), types: ["vite/client", ...declaredTypes(root, packages)] } };
}

/** One program per tsconfig (referenced ones too), then one for what no tsconfig covers. */
function checkProject(project) {
  const { root, additions, lines, covered } = project;
  for (const config of allConfigs(root)) {
    const { fileNames, options } = parseConfig(config, lines, root);
    if (fileNames.length === 0) continue;
    if (isBelowFunctions(root, config)) check(project, dirname(config), fileNames, options);
    else check(project, dirname(config), [...fileNames, ...additions.types], additions.defaults ? withDefaults(options, additions.defaults) : options);
  }
  const rest = listFiles(root).filter((file) => SOURCE.test(file) && !NOT_SOURCE.test(file)).map((file) => join(root, file));
  const uncovered = rest.filter((file) => !covered.has(file));
  const isFunctions = (file) => /\/convex\//.test(file.slice(root.length)) || isBelowFunctions(root, file);
  const app = uncovered.filter((file) => !isFunctions(file));
  const functions = uncovered.filter(isFunctions);
  if (app.length > 0) check(project, root, [...app, ...additions.types], additions.options);
  if (functions.length > 0) check(project, root, functions, ts.convertCompilerOptionsFromJson(FUNCTIONS_OPTIONS, root).options);
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

const SHARED = [NODE_MODULES, dirname(ts.getDefaultLibFilePath({})), ...SETS.map((set) => join(set, "node_modules"))].map((dir) => `${dir}/`);

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

await main();
