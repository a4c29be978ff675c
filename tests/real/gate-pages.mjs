// The pages of a project, each with a script that renders it: `pagesOf` lists `{ name, file, body, url }` with paths relative to the project.
import { basename, dirname, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { EXTENSIONS, findEntries } from "./bundle.mjs";
import { STUBS, appsWith, existsSync, join, listFiles, readFileSync, writeFileSync } from "./lib.mjs";

const SOURCE = EXTENSIONS.slice(0, 4);
const stub = (name) => JSON.stringify(join(STUBS, name));

export async function pagesOf(root, framework, info) {
  const apps = (dependency) => [...new Set(appsWith(root, dependency))];
  const write = (app, name, url, body, text) => {
    const file = join(app, `.gates-${name.replace(/\W/g, "_")}.js`);
    writeFileSync(file, text);
    return { name, url, body, file: relative(root, file) };
  };
  const make = { root, info, write };
  if (framework.startsWith("next-")) return nextApps(root).flatMap((app) => [...appRouterPages(make, app), ...pagesRouterPages(make, app)]);
  if (framework === "tanstack-start") return apps("@tanstack/react-start").flatMap((app) => startPages(make, app));
  if (framework === "react-router") return (await Promise.all(apps("react-router").map((app) => routerPages(make, app)))).flat();
  return findEntries(root, info).flatMap(({ file, body, name = file }) => {
    // Each page of an Expo app is an entry of its own.
    if (framework === "expo") return [{ name, file, body, url: "/" }];
    return (info.paths ?? ["/"]).map((url) => ({ name: url, file, body, url }));
  });
}

/** In some workspaces only the package.json of the root lists Next.js. */
function nextApps(root) {
  const configured = listFiles(root).filter((file) => /(^|\/)next\.config\.\w+$/.test(file)).map((file) => join(root, dirname(file)));
  return [...new Set([...appsWith(root, "next"), ...configured])];
}

/** Imports under made-up names. */
function importer() {
  const lines = [];
  const take = (file) => lines.push(`import * as M${lines.length} from "./${file}";`) && `M${lines.length - 1}`;
  return { take, lines };
}

const firstOf = (files, folder, stem) => SOURCE.map((extension) => `${folder}/${stem}${extension}`).find((file) => files.includes(file));
const folderOf = (files, name) => [`src/${name}`, name].find((folder) => files.some((file) => file.startsWith(`${folder}/`)));

/** What a dynamic segment gets: `[id]`, `[...rest]`, `[[...rest]]`. */
function paramsOf(segments) {
  const dynamic = segments.map((segment) => /^\[{1,2}(\.{3})?(\w+)\]{1,2}$/.exec(segment)).filter(Boolean);
  return JSON.stringify(Object.fromEntries(dynamic.map(([, rest, name]) => [name, rest ? ["1"] : "1"])));
}

/** Each page.tsx of the app router in the layouts and templates above it; a not-found of the root is a page too. */
function appRouterPages({ write }, app) {
  const files = listFiles(app);
  const folder = folderOf(files, "app");
  if (!folder) return [];
  const isPage = (file) => /^page\.[jt]sx?$/.test(basename(file)) || SOURCE.some((extension) => file === `${folder}/not-found${extension}`);
  // Private folders, slots and what intercepts a route are no pages of their own.
  const pages = files.filter((file) => file.startsWith(`${folder}/`) && isPage(file) && !/\/(?:_|@|\(\.)/.test(file));
  return pages.map((page) => {
    const { take, lines } = importer();
    const segments = dirname(page).slice(folder.length + 1).split("/").filter(Boolean);
    const levels = [folder, ...segments.map((_, index) => `${folder}/${segments.slice(0, index + 1).join("/")}`)].map((at) => {
      const part = (stem) => {
        const file = firstOf(files, at, stem);
        return file ? `${take(file)}.default` : "undefined";
      };
      const below = files.map((file) => (file.startsWith(`${at}/@`) ? file.slice(at.length + 2).split("/")[0] : "")).filter(Boolean);
      const slots = [...new Set(below)].map((name) => [name, firstOf(files, `${at}/@${name}`, "default") ?? firstOf(files, `${at}/@${name}`, "page")]);
      const shown = slots.filter(([, file]) => file).map(([name, file]) => `${name}: ${take(file)}.default`);
      return `{ layout: ${part("layout")}, template: ${part("template")}, slots: { ${shown.join(", ")} } }`;
    });
    const call = `await renderApp({ levels: [${levels.join(", ")}], page: ${take(page)}.default, params: ${paramsOf(segments)} });`;
    const text = [`import { renderApp } from ${stub("next-render.js")};`, ...lines, call, ""].join("\n");
    return { ...write(app, page, "/", "", text), serverRoots: lines.map((line) => /"\.\/(.*)"/.exec(line)[1]).map((file) => join(app, file)) };
  });
}

/** Each page of the `pages` folder in its _app. */
function pagesRouterPages({ write }, app) {
  const files = listFiles(app);
  const folder = folderOf(files, "pages");
  if (!folder) return [];
  const main = firstOf(files, folder, "_app");
  const pages = files.filter((file) => file.startsWith(`${folder}/`) && /\.[jt]sx?$/.test(file) && !/\.d\.ts$/.test(file));
  return pages.filter((file) => !file.startsWith(`${folder}/api/`) && !basename(file).startsWith("_")).map((page) => {
    const { take, lines } = importer();
    const segments = page.slice(folder.length + 1).replace(/\.[jt]sx?$/, "").split("/");
    const call = `await renderPage(${main ? take(main) : "undefined"}, ${take(page)}, ${paramsOf(segments)});`;
    const text = [`import { renderPage } from ${stub("next-render.js")};`, ...lines, call, ""].join("\n");
    return write(app, page, "/", '<div id="__next"></div>', text);
  });
}

/** The app's own router at each path of its route files. */
function startPages({ info, write }, app) {
  const files = listFiles(app);
  const router = ["src", "app"].map((folder) => firstOf(files, folder, "router")).find(Boolean);
  if (!router) return [];
  const paths = files.flatMap((file) => {
    if (!/\.[jt]sx?$/.test(file) || /routeTree\.gen/.test(file)) return [];
    return [...readFileSync(join(app, file), "utf8").matchAll(/\bcreateFileRoute\(\s*["']([^"']*)["']/g)].map(([, path]) => path);
  });
  const isPathless = (segment) => /^_|^\(.*\)$/.test(segment);
  const urls = paths.filter((path) => !isPathless(path.split("/").at(-1))).map((path) => {
    const segments = path.split("/").filter((segment) => segment && !isPathless(segment));
    return `/${segments.map((segment) => (segment.startsWith("$") ? "1" : segment.replace(/_$/, ""))).join("/")}`;
  });
  return (info.paths ?? [...new Set(urls)]).map((url) => write(app, `page ${url}`, url, "", [
    'import { RouterProvider } from "@tanstack/react-router";',
    'import { createElement } from "react";',
    'import { createRoot } from "react-dom/client";',
    `import * as made from "./${router}";`,
    "const router = await (made.getRouter ?? made.createRouter)();",
    "createRoot(document).render(createElement(RouterProvider, { router }));",
    "",
  ].join("\n")));
}

/** Each leaf of the table that routes.ts makes. */
async function routerPages({ info, write }, app) {
  const files = listFiles(app);
  const main = files.find((file) => /(^|\/)root\.[jt]sx$/.test(file) && firstOf(files, dirname(file), "routes"));
  if (!main) return [];
  const folder = dirname(main);
  const table = await routeTable(app, files, folder);
  const { take, lines } = importer();
  const urls = [];
  const source = (routes, above) => routes.map(({ file, path, index, children = [] }) => {
    const parts = [...above, ...(path ?? "").split("/").filter(Boolean)];
    if (children.length === 0) urls.push(`/${parts.filter((part) => !part.endsWith("?")).map((part) => part.replace(/^:\w+/, "1").replace(/^\*$/, "rest")).join("/")}`);
    const id = JSON.stringify(file.replace(/\.\w+$/, ""));
    return `routeOf(${JSON.stringify({ path, index })}, ${take(join(folder, file))}, [${source(children, parts)}], ${id})`;
  }).join(", ");
  const routes = source(table, []);
  const client = firstOf(files, folder, "entry.client");
  const call = `await renderRoutes(${take(main)}, [${routes}]${client ? `, () => import("./${client}")` : ""});`;
  const text = [`import { renderRoutes, routeOf } from ${stub("router-framework.js")};`, ...lines, call, ""].join("\n");
  return (info.paths ?? [...new Set(urls)]).map((url) => write(app, `page ${url}`, url, "", text));
}

async function routeTable(app, files, folder) {
  const outfile = join(app, ".gates-routes.mjs");
  const standIn = { name: "routes", setup: ({ onResolve }) => onResolve({ filter: /^@react-router\// }, () => ({ path: join(STUBS, "router-dev.mjs") })) };
  await build({
    entryPoints: [join(app, firstOf(files, folder, "routes"))], outfile, bundle: true, format: "esm", platform: "node", logLevel: "silent", plugins: [standIn],
  });
  globalThis.__routeFiles = files.filter((file) => file.startsWith(`${folder}/routes/`)).map((file) => file.slice(folder.length + 1));
  return (await import(pathToFileURL(outfile))).default;
}

/** A client may be made anywhere; gates and hooks need the client's React. */
const OF_CLIENT = /\{[^}]*\b(?:Authenticated|Unauthenticated|AuthLoading|use[A-Z]\w*)\b[^}]*\}\s*from\s*["']convex\/react["']/;

/** The Server Components of an app that take a gate or a hook from convex/react. `inputs`: what esbuild has read. */
export function convexOnServer(root, roots, inputs) {
  const found = new Set();
  const seen = new Set();
  const walk = (file) => {
    if (seen.has(file) || !inputs[file] || file.includes("node_modules/") || !existsSync(join(root, file))) return;
    seen.add(file);
    if (/^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*["']use client["']/.test(readFileSync(join(root, file), "utf8"))) return;
    for (const { path } of inputs[file].imports) {
      if (!path.endsWith("/stubs/convex-react.js")) walk(path);
      else if (OF_CLIENT.test(readFileSync(join(root, file), "utf8"))) found.add(file);
    }
  };
  for (const file of roots) walk(relative(root, file));
  return [...found].map((file) => `${file} is a Server Component and takes a gate or a hook from convex/react`);
}
