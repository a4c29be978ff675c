// The second oracle: bundles each React and Expo `after/` and renders it with the real react and stand-ins for Clerk and Convex.
//   node oracle.mjs [--fixtures DIR] [--only GLOB] [--mutants | --self-test]
// --mutants: `after-mutant/`, laid over after/, must fail. --self-test: broken sample apps must fail for the expected reason.
import { fork } from "node:child_process";
import { basename, dirname, extname, relative } from "node:path";
import { build } from "esbuild";
import { EXPO_SELF_TESTS, EXPO_SELF_TEST_FILES, SELF_TESTS, SELF_TEST_FILES } from "./stubs/self-test.mjs";
import {
  NODE_MODULES, Report, STUBS, allDependencies, appsWith, completeProject, existsSync, findFixtures, firstLine, inParallel, join, listFiles, mkdirSync, overlay, parseArgs,
  readFileSync, readJson, scratchFolder, writeFileSync,
} from "./lib.mjs";
import ts from "typescript";

const JOBS = 2;
const RUN_LIMIT_MS = 30_000;
const EXTENSIONS = [".tsx", ".ts", ".jsx", ".js", ".mts", ".mjs", ".cts", ".cjs", ".json"];
const STAND_INS = {
  "@clerk/react": "clerk-core3.js",
  "@clerk/clerk-react": "clerk-core2.js",
  "@clerk/expo": "clerk-expo.js",
  "@clerk/expo/token-cache": "clerk-token-cache.js",
  "@clerk/clerk-expo": "clerk-expo-core2.js",
  "@clerk/clerk-expo/token-cache": "clerk-token-cache.js",
  "expo": "expo.js",
  "expo-router": "expo-router.js",
  "convex/react": "convex-react.js",
  "convex/react-clerk": "convex-react-clerk.js",
  "react-dom": "react-dom.js",
  "react-dom/client": "react-dom-client.js",
};
/** What a phone has, and comes with Expo: all of it is one stand-in. */
const NATIVE = /^(?:react-native|expo|@expo|@react-navigation)(?:[-/].*)$|^react-native$/;
const PHONE_EXTENSIONS = [".ios", ".native"].flatMap((platform) => [".tsx", ".ts", ".jsx", ".js"].map((extension) => platform + extension));
const ASSET = /\.(?:css|s[ac]ss|less|styl|svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|mp[34]|webm|pdf|md|txt)(?:\?.*)?$|\?(?:raw|url|react|inline)$/;

const args = parseArgs(process.argv.slice(2), { switches: ["mutants", "self-test"] });
const report = new Report();
const scratch = scratchFolder("oracle");

const runner = join(scratch, "runner.mjs");

/** The renderer with its DOM in one file: it starts in half the time, and starts twice per case. */
async function bundleRunner() {
  await build({
    entryPoints: [join(STUBS, "dom-runner.mjs")], outfile: runner, bundle: true, platform: "node", format: "esm", logLevel: "silent",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
}

// ---- one side of a case ----

/** Bundles and runs the project at `root`: what was seen, or `{ broken }` when it can't be run. */
async function render(root, info) {
  completeProject(root);
  const entries = findEntries(root, info);
  if (entries.length === 0) return { broken: "no entry found: name one with entry = \"...\" or say render = false" };
  const all = [];
  for (const { file, body } of entries) {
    const bundle = join(root, `.oracle-${all.length}.mjs`);
    try {
      await bundleApp(root, file, bundle);
    } catch (error) {
      const [first] = error.errors ?? [];
      const place = first?.location ? `${first.location.file}:${first.location.line}: ` : "";
      return { broken: `${file} does not bundle: ${place}${first?.text ?? firstLine(error)}` };
    }
    const job = `${bundle}.json`;
    writeFileSync(job, JSON.stringify({ bundle, body }));
    const seen = await runInChild(job);
    if (seen.broken) return seen;
    all.push(seen);
  }
  return {
    pages: all,
    problems: [...new Set(all.flatMap((seen) => seen.problems))],
    text: all.map((seen) => seen.text).join("\n"),
    filled: all.every((seen) => seen.filled),
  };
}

/** What starts the app, as in the browser, with the page's body: from case.toml, an index.html, or the usual names. */
function findEntries(root, info) {
  const phoneApps = appsWith(root, "expo");
  if (phoneApps.length > 0) return phoneApps.flatMap((app) => phoneEntries(root, app, info));
  const files = listFiles(root);
  const isPage = (file) => /(^|\/)index\.html$/.test(file) && !/(^|\/)(dist|convex)\//.test(file);
  const pages = files.filter(isPage).sort((a, b) => a.split("/").length - b.split("/").length);
  const bodyOf = (page) => {
    const html = readFileSync(join(root, page), "utf8");
    return (/<body[^>]*>([\s\S]*?)<\/body>/i.exec(html)?.[1] ?? "").replace(/<(script|noscript)\b[\s\S]*?<\/\1>/gi, "");
  };
  const body = pages.length > 0 ? bodyOf(pages[0]) : '<div id="root"></div>';
  if (info.entry) return [info.entry].flat().map((file) => ({ file, body }));
  const scripted = pages.flatMap((page) => {
    const tags = [...readFileSync(join(root, page), "utf8").matchAll(/<script\b[^>]*>/gi)].map(([tag]) => tag);
    const sources = tags.filter((tag) => /type=["']?module/i.test(tag)).map((tag) => /src=["']([^"']+)/i.exec(tag)?.[1]).filter(Boolean);
    const local = sources.map((src) => join(dirname(page), src.replace(/^\.?\//, ""))).filter((file) => files.includes(file));
    return local.map((file) => ({ file, body: bodyOf(page) }));
  });
  if (scripted.length > 0) return scripted;
  const usual = ["src/main", "src/index", "index", "main"].flatMap((stem) => EXTENSIONS.slice(0, 4).map((extension) => stem + extension));
  return usual.filter((file) => files.includes(file)).slice(0, 1).map((file) => ({ file, body }));
}

/** An Expo app starts with its `main`, or App, or each page of expo-router's folder in its layouts. */
function phoneEntries(root, app, info) {
  const body = '<div id="root"></div>';
  const entry = (file) => ({ file: relative(root, join(app, file)), body });
  if (info.entry) return [info.entry].flat().map((file) => ({ file, body }));
  const files = listFiles(app);
  const { main = "", dependencies = {} } = readJson(join(app, "package.json"));
  if (files.includes(main)) return [entry(main)];
  const folder = ["src/app", "app"].find((folder) => files.some((file) => file.startsWith(`${folder}/`)));
  if ("expo-router" in dependencies && folder) {
    const routes = files.filter((file) => file.startsWith(`${folder}/`) && /^[^+.]+\.[jt]sx?$/.test(basename(file)));
    return routesOf(routes, folder).ways.map((way, index) => {
      const file = `.expo-entry-${index}.js`;
      writeFileSync(join(app, file), `import { renderRoute } from "expo-router";\n${routesOf(routes, folder).source(JSON.stringify(way))}`);
      return entry(file);
    });
  }
  const component = ["App.tsx", "App.js", "App.jsx", "src/App.tsx"].find((file) => files.includes(file));
  if (!component) return [];
  writeFileSync(join(app, ".expo-entry.js"), `import { registerRootComponent } from "expo";\nimport App from "./${component}";\nregisterRootComponent(App);\n`);
  return [entry(".expo-entry.js")];
}

/** The tree of route files: the ways to its pages, and a script that renders one of them. */
function routesOf(files, folder) {
  const imports = [];
  const take = (file) => imports.push(`import R${imports.length} from "./${file}";`) && `R${imports.length - 1}`;
  const ways = [];
  const tree = (at, way) => {
    const below = files.filter((file) => file.startsWith(`${at}/`));
    const layout = below.find((file) => dirname(file) === at && /^_layout\./.test(basename(file)));
    const names = [...new Set(below.map((file) => file.slice(at.length + 1).split("/")[0]))].filter((name) => !name.startsWith("_"));
    // The first page is the index.
    names.sort((a, b) => Number(b.startsWith("index.")) - Number(a.startsWith("index.")) || (a < b ? -1 : 1));
    const children = names.map((name, index) => {
      const path = `${at}/${name}`;
      if (!files.includes(path)) return tree(path, [...way, index]);
      ways.push([...way, index]);
      return `{ page: ${take(path)} }`;
    });
    return `{ ${layout ? `layout: ${take(layout)}, ` : ""}children: [${children.join(", ")}] }`;
  };
  const root = tree(folder, []);
  return { ways, source: (way) => `${imports.join("\n")}\nrenderRoute(${root}, ${way});\n` };
}

async function bundleApp(root, entry, outfile) {
  const env = environmentOf(root);
  await build({
    entryPoints: [join(root, entry)], outfile, absWorkingDir: root, bundle: true, format: "esm", platform: "browser", target: "es2022",
    jsx: "automatic", jsxDev: false, logLevel: "silent", loader: { ".js": "jsx", ".mjs": "jsx" }, resolveExtensions: env.extensions,
    // Paths are resolved below for all tsconfigs; esbuild would read only the nearest, which in Vite's template has none.
    tsconfigRaw: { compilerOptions: { jsx: "react-jsx", target: "es2022", useDefineForClassFields: true } },
    define: { "process.env.NODE_ENV": '"development"', ...env.define },
    banner: { js: env.banner },
    plugins: [standIns, assets, aliases(root)],
  });
}

/** The bundler's way of passing environment variables. Only names with the bundler's prefix reach the browser. */
function environmentOf(root) {
  const dependencies = allDependencies(root);
  const configs = listFiles(root).filter((file) => /(^|\/)vite\.config\.\w+$/.test(file)).map((file) => readFileSync(join(root, file), "utf8"));
  const customised = configs.some((text) => /envPrefix|process\.env|define\s*:|loadEnv|plugin-environment/.test(text));
  const meta = { "import.meta.env": "__importMetaEnv" };
  const node = { "process.env": "__processEnv" };
  let prefix = "";
  let define = { ...meta, ...node };
  const isPhone = "expo" in dependencies;
  if (isPhone) [prefix, define] = ["EXPO_PUBLIC_", { ...node, "import.meta.env": "undefined", __DEV__: "true" }];
  else if ("react-scripts" in dependencies) [prefix, define] = ["REACT_APP_", { ...node, "import.meta.env": "undefined" }];
  else if ("vite" in dependencies && !("electron-vite" in dependencies) && !customised) [prefix, define] = ["VITE_", meta];
  const banner = `
    const __environment = new Proxy({ MODE: "test", DEV: true, PROD: false, SSR: false, BASE_URL: "/", NODE_ENV: "development" }, {
      get(known, name) {
        if (typeof name !== "string" || name in known) return known[name];
        if (!name.startsWith(${JSON.stringify(prefix)})) return undefined;
        if (/URL/.test(name)) return "https://value-of-" + name.toLowerCase().replaceAll("_", "-") + ".example";
        return /CLERK|CONVEX/.test(name) ? "value-of-" + name : undefined;
      },
    });
    var __importMetaEnv = __environment, __processEnv = __environment, process = undefined;`;
  return { define, banner, extensions: [...(isPhone ? PHONE_EXTENSIONS : []), ...EXTENSIONS] };
}

const standIns = {
  name: "stand-ins",
  setup({ onResolve }) {
    const names = Object.keys(STAND_INS).map((name) => name.replace("/", "\\/"));
    onResolve({ filter: new RegExp(`^(?:${names.join("|")})$`) }, ({ path, importer }) => {
      // The stand-ins need the real thing, and react-dom itself too: its client asks for `react-dom`.
      const getsReal = dirname(importer) === STUBS || (path.startsWith("react-dom") && importer.startsWith(NODE_MODULES));
      return getsReal ? undefined : { path: join(STUBS, STAND_INS[path]) };
    });
    onResolve({ filter: NATIVE }, () => ({ path: join(STUBS, "native.js") }));
    onResolve({ filter: /^@clerk\/(?:clerk-)?(?:react|expo)\/|^convex\/react-auth0$/ }, ({ path }) => ({
      errors: [{ text: `there is no stand-in for ${path}` }],
    }));
  },
};

const assets = {
  name: "assets",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: ASSET }, ({ path }) => ({ path, namespace: "asset" }));
    // CommonJS, so that any named import (CRA's `ReactComponent`, CSS modules) is found.
    onLoad({ filter: /.*/, namespace: "asset" }, ({ path }) => ({
      loader: "js",
      contents: /\.module\.\w+$/.test(path)
        ? "module.exports = new Proxy({}, { get: (_, name) => (name === '__esModule' ? undefined : String(name)) });"
        : "module.exports = { __esModule: true, default: 'asset', ReactComponent: () => null };",
    }));
  },
};

/** `paths` of every tsconfig and jsconfig; `/src/x` from the root; `@/x` and `~/x`, which often live in vite.config only. */
function aliases(root) {
  const rules = [];
  for (const file of listFiles(root).filter((name) => /(^|\/)(?:ts|js)config[\w.-]*\.json$/.test(name))) {
    const { config } = ts.readConfigFile(join(root, file), ts.sys.readFile);
    const { baseUrl = ".", paths = {} } = config?.compilerOptions ?? {};
    const base = join(root, dirname(file), baseUrl);
    for (const [pattern, targets] of Object.entries(paths)) rules.push({ pattern, targets: targets.map((target) => join(base, target)) });
  }
  const packages = listFiles(root).filter((file) => /(^|\/)package\.json$/.test(file)).map((file) => join(root, dirname(file)));
  const guesses = packages.concat(root).flatMap((dir) => [
    { pattern: "/*", targets: [join(dir, "*")] },
    ...["@/*", "~/*", "src/*"].map((pattern) => ({ pattern, targets: [join(dir, "src/*"), join(dir, "*")] })),
  ]);
  return {
    name: "aliases",
    setup({ onResolve }) {
      onResolve({ filter: /^[^.]/ }, ({ path, importer, kind }) => {
        if (kind === "entry-point" || importer.includes("/node_modules/") || path.startsWith(root)) return undefined;
        for (const { pattern, targets } of [...rules, ...guesses]) {
          const [head, tail] = pattern.split("*");
          const matches = tail === undefined ? path === pattern : path.startsWith(head) && path.endsWith(tail);
          if (!matches) continue;
          const star = tail === undefined ? "" : path.slice(head.length, path.length - tail.length);
          for (const target of targets) {
            const found = existingFile(target.replace("*", star));
            if (found) return { path: found };
          }
        }
        return undefined;
      });
    },
  };
}

function existingFile(path) {
  const stems = [path, path.replace(/\.jsx?$/, ""), join(path, "index")];
  const candidates = extname(path) ? [path] : [];
  return [...candidates, ...stems.flatMap((stem) => EXTENSIONS.map((extension) => stem + extension))].find((file) => existsSync(file));
}

function runInChild(job) {
  return new Promise((done) => {
    const child = fork(runner, [job], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let errors = "";
    child.stderr.on("data", (data) => (errors += data));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      done({ broken: `no answer within ${RUN_LIMIT_MS / 1000} s` });
    }, RUN_LIMIT_MS);
    child.on("message", (seen) => {
      done(seen);
      child.disconnect();
    });
    child.on("exit", (code) => {
      clearTimeout(timer);
      done({ broken: `the renderer ended with ${code}: ${errors.trim().split("\n").at(-1)}` });
    });
  });
}

// ---- what must hold ----

/** What is wrong with the rendered `after`, given the rendered `before`. */
function judge(before, after, info) {
  if (after.broken) return [`after: ${after.broken}`];
  const usual = new Set(before.problems ?? []);
  const problems = after.problems.filter((problem) => !usual.has(problem));
  const mounted = after.pages.flatMap((page) => page.mounted);
  const ofKind = (kind) => mounted.filter((provider) => provider.kind === kind);
  const inner = ofKind("ConvexProviderWithClerk");
  if (inner.length === 0) problems.push("no ConvexProviderWithClerk is mounted (not reachable from the entry? then render = false)");
  if (ofKind("ConvexProvider").length > 0 && info.kept !== true) problems.push("a plain ConvexProvider is still mounted");
  if (inner.some((provider) => !provider.above.includes("ClerkProvider"))) problems.push("a ConvexProviderWithClerk has no ClerkProvider above");
  for (const page of after.pages) {
    const clerks = page.mounted.filter((provider) => provider.kind === "ClerkProvider");
    for (const root of new Set(page.mounted.filter((provider) => provider.kind === "ConvexProviderWithClerk").map((provider) => provider.root))) {
      const count = clerks.filter((provider) => provider.root === root).length;
      if (count !== 1) problems.push(`${count} ClerkProviders are mounted in root ${root}, not one`);
    }
    // Core 2 counts the mounted providers of the page and throws at the second; Core 3 only looks upwards.
    const core2 = clerks.filter(({ from }) => from === "@clerk/clerk-react").length;
    if (core2 > 1) problems.push(`${core2} ClerkProviders of @clerk/clerk-react are mounted on one page`);
    for (const { publishableKey } of clerks) {
      if (typeof publishableKey !== "string" || publishableKey === "") problems.push(`publishableKey is ${JSON.stringify(publishableKey)} at run time`);
    }
  }
  const rendersAlone = !before.broken && !before.problems.some((problem) => /^(React onUncaughtError|uncaught)/.test(problem));
  if (rendersAlone) {
    if (before.filled && !after.filled) problems.push("before/ fills the page, after/ leaves it empty");
    else if (before.text !== after.text) problems.push(`the text of the page changed: ${quote(before.text)} became ${quote(after.text)}`);
    const address = (side) => [...new Set(side.pages.flatMap((page) => page.mounted.map((provider) => provider.address).filter(Boolean)))].sort().join(" ");
    if (address(before) && address(before) !== address(after)) problems.push(`the client's address changed: ${address(before)} became ${address(after)}`);
  } else if (!after.filled) problems.push("after/ leaves the page empty");
  return [...new Set(problems)];
}

function quote(text) {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}

// ---- the three modes ----

async function checkFixtures(fixtures) {
  await inParallel(fixtures, JOBS, async (fixture) => {
    const { id, info, after, problems } = fixture;
    if (problems.length > 0) return report.fail(id, problems);
    if (!after) return;
    if (info.render === false) return report.skip(id, info["render-why"]);
    const folder = (side) => join(scratch, id, side);
    const before = await render(overlay(folder("before"), fixture.before), info);
    if (before.broken) console.log(`note ${id}: before: ${before.broken}; texts are not compared`);
    report.result(id, judge(before, await render(overlay(folder("after"), fixture.before, after), info), info));
  });
}

async function checkMutants(fixtures) {
  const mutants = fixtures.filter(({ dir }) => existsSync(join(dir, "after-mutant")));
  await inParallel(mutants, JOBS, async ({ id, dir, info, before, after, problems }) => {
    if (problems.length > 0) return report.fail(id, problems);
    const plain = await render(overlay(join(scratch, id, "before"), before), info);
    const mutant = await render(overlay(join(scratch, id, "mutant"), before, ...(after ? [after] : []), join(dir, "after-mutant")), info);
    if (mutant.broken) return report.fail(id, [`the mutant must run and fail, but ${mutant.broken}`]);
    const found = judge(plain, mutant, info);
    const expected = info["mutant-reason"];
    if (found.length === 0) report.fail(id, ["the mutant was not noticed"]);
    else if (expected && !found.some((problem) => problem.includes(expected))) report.fail(id, [`the mutant failed, but not for "${expected}": ${found[0]}`]);
    else {
      report.pass();
      console.log(`noticed ${id}: ${found[0]}`);
    }
  });
  return mutants;
}

async function selfTest() {
  const write = (root, files) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return root;
  };
  const plain = await render(write(join(scratch, "before"), SELF_TEST_FILES), {});
  const plainPhone = await render(write(join(scratch, "before-expo"), EXPO_SELF_TEST_FILES), {});
  const tests = [
    ...SELF_TESTS.map((test) => ({ ...test, before: plain, files: { ...SELF_TEST_FILES, ...test.files, "src/main.tsx": test.main } })),
    ...EXPO_SELF_TESTS.map((test) => ({ ...test, before: plainPhone, files: { ...EXPO_SELF_TEST_FILES, ...test.files } })),
  ];
  await inParallel(tests, JOBS, async ({ name, before, expected, files }) => {
    const root = write(join(scratch, name.replace(/\W+/g, "-")), files);
    const found = judge(before, await render(root, {}), {});
    if (!expected) return report.result(name, found);
    const noticed = found.some((problem) => expected.test(problem));
    if (noticed) console.log(`noticed "${name}": ${found.find((problem) => expected.test(problem))}`);
    report.result(name, noticed ? [] : [`expected ${expected}, found ${found.length > 0 ? found.join(" | ") : "nothing wrong"}`]);
  });
  return tests;
}

await bundleRunner();
let checked;
if (args["self-test"]) checked = await selfTest();
else {
  const fixtures = ["react", "expo"].flatMap((framework) => findFixtures(args, framework));
  checked = args.mutants ? await checkMutants(fixtures) : (await checkFixtures(fixtures), fixtures);
}
report.end(checked.length);
process.exit();
