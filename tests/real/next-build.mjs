// Builds `before/` + `after/` of the Next.js fixtures marked `build = true` with the real Next.js, offline.
//   node next-build.mjs [--fixtures DIR] [--only GLOB] [--self-test]
// What was built must have kept the root layout on the server. --self-test: broken sample apps must fail for the expected reason.
import { appendFileSync } from "node:fs";
import { dirname } from "node:path";
import { runInNewContext } from "node:vm";
import {
  HERE, NEXT_SETS, Report, completeProject, environmentWith, existsSync, findFixtures, inParallel, join, listFiles, mkdirSync, overlay,
  packagesOf, parseArgs, readFileSync, readJson, runNode, scratchFolder, writeFileSync,
} from "./lib.mjs";

const JOBS = 2;
const BUILD_LIMIT_MS = 600_000;
/** Made up: the key names an instance that nobody asks for anything at build time. */
const ENV_LOCAL = `
NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY=pk_test_${Buffer.from("verb-noun-00.clerk.accounts.dev$").toString("base64")}
CLERK_SECRET_KEY=sk_test_${"0".repeat(40)}
NEXT_PUBLIC_CONVEX_URL=https://happy-otter-1.convex.cloud
`;
const LAYOUT = /^(?:src\/)?app\/(?:.+\/)?layout\.[jt]sx?$/;
const USE_CLIENT = /^\uFEFF?(?:\s|\/\/.*|\/\*[\s\S]*?\*\/|["']use strict["'];?)*["']use client["']/;

const args = parseArgs(process.argv.slice(2), { switches: ["self-test"] });
const report = new Report();

async function check(fixture) {
  const { id, before, after } = fixture;
  if (fixture.problems.length > 0) return fixture.problems;
  const root = overlay(join(scratchFolder("build", packagesOf(fixture)), id), ...[before, after].filter(Boolean));
  completeProject(root);
  const apps = listFiles(root).filter((file) => /(^|\/)package\.json$/.test(file)).map((file) => dirname(join(root, file))).filter(isApp);
  if (apps.length === 0) return ["no package.json lists next beside an app or pages folder"];
  for (const app of apps) {
    const problem = await build(app, packagesOf(fixture));
    if (problem) return [problem];
  }
  return apps.flatMap((app) => {
    const there = join(before, app.slice(root.length));
    const layouts = rootLayouts(app).filter((file) => !existsSync(join(there, file)) || !isClient(join(there, file)));
    return layouts.flatMap((file) => clientLayout(app, file));
  });
}

function isApp(dir) {
  const { dependencies, devDependencies } = readJson(join(dir, "package.json")) ?? {};
  return "next" in { ...devDependencies, ...dependencies } && ["app", "pages", "src/app", "src/pages"].some((name) => existsSync(join(dir, name)));
}

/** What went wrong, or nothing. Turbopack wants the answers of Google Fonts listed beforehand, so it is webpack that builds. */
async function build(app, packages) {
  appendFileSync(join(app, ".env.local"), ENV_LOCAL);
  const env = environmentWith({
    // Nothing is installed on the way: npm stays off the network, and in CI Next.js doesn't ask it for packages.
    CI: "1", npm_config_offline: "true", NEXT_IGNORE_INCORRECT_LOCKFILE: "1", NEXT_TELEMETRY_DISABLED: "1",
    NEXT_FONT_GOOGLE_MOCKED_RESPONSES: join(HERE, "google-fonts.cjs"),
  });
  const next = [join(packages, "node_modules/next/dist/bin/next"), "build", packages.endsWith("14") ? "--no-lint" : "--webpack"];
  const { failed } = await runNode(next, { cwd: app, env, limit: BUILD_LIMIT_MS });
  return failed && `next build ${failed}`;
}

/** The layouts without a layout above them. */
function rootLayouts(app) {
  const layouts = listFiles(app).filter((file) => LAYOUT.test(file));
  return layouts.filter((file) => !layouts.some((other) => other !== file && dirname(file).startsWith(`${dirname(other)}/`)));
}

function isClient(path) {
  return USE_CLIENT.test(readFileSync(path, "utf8"));
}

/** Next.js writes down for each page which modules the browser loads, and which layouts the page is inside of. */
function clientLayout(app, file) {
  const layout = join(app, file);
  const server = join(app, ".next/server/app");
  const pages = listFiles(server).filter((file) => file.endsWith("_client-reference-manifest.js"));
  const context = {};
  for (const page of pages) runInNewContext(readFileSync(join(server, page), "utf8"), context);
  const manifests = Object.values(context.__RSC_MANIFEST ?? {});
  const isLayout = (path) => path.replace(/\?.*$/, "") === layout;
  if (manifests.some(({ clientModules }) => Object.keys(clientModules).some(isLayout))) return [`${file} has become a client module`];
  const stem = layout.replace(/\.\w+$/, "");
  if (!manifests.some(({ entryCSSFiles }) => stem in entryCSSFiles)) return [`no page of the build is inside ${file}: nothing to check`];
  return [];
}

const SAMPLE = {
  "package.json": JSON.stringify({ dependencies: { next: "^16.0.0" } }),
  "app/layout.jsx": "export default function Layout({ children }) { return <html><body>{children}</body></html>; }\n",
  "app/page.jsx": "export default function Page() { return <p>Page</p>; }\n",
};
const SELF_TESTS = [
  { name: "layout-on-the-server", after: {} },
  { name: "layout-of-the-client", after: { "app/layout.jsx": `"use client";\n${SAMPLE["app/layout.jsx"]}` }, expected: "app/layout.jsx has become a client module" },
  { name: "missing-package", after: { "app/page.jsx": `import "nowhere";\n${SAMPLE["app/page.jsx"]}` }, expected: "Can't resolve 'nowhere'" },
];

async function selfTest() {
  const samples = scratchFolder("build", NEXT_SETS[0]);
  const write = (root, files) => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return root;
  };
  await inParallel(SELF_TESTS, JOBS, async ({ name, after, expected }) => {
    const sample = { id: `next-${name}`, info: {}, problems: [] };
    sample.before = write(join(samples, `${name}-before`), SAMPLE);
    if (Object.keys(after).length > 0) sample.after = write(join(samples, `${name}-after`), after);
    const found = await check(sample);
    if (!expected) return report.result(name, found);
    const noticed = found.some((problem) => problem.includes(expected));
    if (noticed) console.log(`noticed ${name}: ${expected}`);
    report.result(name, noticed ? [] : [`expected "${expected}", found ${found.length > 0 ? found.join(" | ") : "nothing wrong"}`]);
  });
  return SELF_TESTS;
}

async function main() {
  if (args["self-test"]) return selfTest();
  const fixtures = findFixtures(args).filter(({ id, info }) => id.startsWith("next-") && info.build === true);
  await inParallel(fixtures, JOBS, async (fixture) => report.result(fixture.id, await check(fixture)));
  return fixtures;
}

report.end((await main()).length);
