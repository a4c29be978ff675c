// What the two renderers (oracle.mjs and gates.mjs) share: finding what starts an app, bundling it around stand-ins, running the bundle in a child.
import { fork } from "node:child_process";
import { basename, dirname, extname, relative } from "node:path";
import { build } from "esbuild";
import ts from "typescript";
import { STUBS, allDependencies, appsWith, existsSync, firstLine, join, listFiles, readFileSync, readJson, writeFileSync } from "./lib.mjs";

const RUN_LIMIT_MS = 30_000;
export const EXTENSIONS = [".tsx", ".ts", ".jsx", ".js", ".mts", ".mjs", ".cts", ".cjs", ".json"];
const PHONE_EXTENSIONS = [".ios", ".native"].flatMap((platform) => [".tsx", ".ts", ".jsx", ".js"].map((extension) => platform + extension));
const ASSET = /\.(?:css|s[ac]ss|less|styl|svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|mp[34]|webm|pdf|md|txt)(?:\?.*)?$|\?(?:raw|url|react|inline)$/;

/** The renderer `name` of stubs/ with its DOM in one file: it starts in half the time, and starts often. */
export async function bundleRunner(name, outfile) {
  await build({
    entryPoints: [join(STUBS, name)], outfile, bundle: true, platform: "node", format: "esm", logLevel: "silent",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  return outfile;
}

// ---- what starts an app ----

/** What starts the app, as in the browser, with the page's body: from case.toml, an index.html, or the usual names. */
export function findEntries(root, info) {
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
    return routesOf(routes, folder).ways.map(({ way, page }, index) => {
      const file = `.expo-entry-${index}.js`;
      writeFileSync(join(app, file), `import { renderRoute } from "expo-router";\n${routesOf(routes, folder).source(JSON.stringify(way))}`);
      return { ...entry(file), name: page };
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
      ways.push({ way: [...way, index], page: path });
      return `{ page: ${take(path)} }`;
    });
    return `{ ${layout ? `layout: ${take(layout)}, ` : ""}children: [${children.join(", ")}] }`;
  };
  const root = tree(folder, []);
  return { ways, source: (way) => `${imports.join("\n")}\nrenderRoute(${root}, ${way});\n` };
}

// ---- one bundle ----

/** Bundles what starts at `entry`; `broken` is what esbuild says against it. `anyName`: environment variables of every name are there, as on a server. */
export async function bundleApp(root, entry, outfile, { standIns, anyName = false }) {
  const env = environmentOf(root, anyName);
  const options = {
    entryPoints: [join(root, entry)], outfile, absWorkingDir: root, bundle: true, format: "esm", platform: "browser", target: "es2022",
    jsx: "automatic", jsxDev: false, logLevel: "silent", loader: { ".js": "jsx", ".mjs": "jsx" }, resolveExtensions: env.extensions,
    // Paths are resolved below for all tsconfigs; esbuild would read only the nearest, which in Vite's template has none.
    tsconfigRaw: { compilerOptions: { jsx: "react-jsx", target: "es2022", useDefineForClassFields: true } },
    define: { "process.env.NODE_ENV": '"development"', ...env.define },
    banner: { js: env.banner },
    plugins: [standIns, assets, aliases(root)], metafile: true,
  };
  try {
    return await build(options);
  } catch (error) {
    const [first] = error.errors ?? [];
    const place = first?.location ? `${first.location.file}:${first.location.line}: ` : "";
    return { broken: `${entry} does not bundle: ${place}${first?.text ?? firstLine(error)}` };
  }
}

/** The bundler's way of passing environment variables. Only names with the bundler's prefix reach the browser. */
function environmentOf(root, anyName) {
  const dependencies = allDependencies(root);
  const configs = listFiles(root).filter((file) => /(^|\/)vite\.config\.\w+$/.test(file)).map((file) => readFileSync(join(root, file), "utf8"));
  const customised = configs.some((text) => /envPrefix|process\.env|define\s*:|loadEnv|plugin-environment/.test(text));
  const meta = { "import.meta.env": "__importMetaEnv" };
  const node = { "process.env": "__processEnv" };
  let prefix = "";
  let define = { ...meta, ...node };
  const isPhone = "expo" in dependencies;
  if (isPhone) [prefix, define] = ["EXPO_PUBLIC_", { ...node, "import.meta.env": "undefined", __DEV__: "true" }];
  else if (anyName) define = { ...meta, ...node };
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

/** Runs the bundled renderer with a job; what it sent, or `broken`. */
export function runInChild(runner, job) {
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
