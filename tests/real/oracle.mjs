// The second oracle: bundles each React and Expo `after/` and renders it with the real react and stand-ins for Clerk and Convex.
//   node oracle.mjs [--fixtures DIR] [--only GLOB] [--mutants | --self-test]
// --mutants: `after-mutant/`, laid over after/, must fail. --self-test: broken sample apps must fail for the expected reason.
import { dirname } from "node:path";
import { bundleApp, bundleRunner, findEntries, runInChild } from "./bundle.mjs";
import { EXPO_SELF_TESTS, EXPO_SELF_TEST_FILES, SELF_TESTS, SELF_TEST_FILES } from "./stubs/self-test.mjs";
import {
  allDependencies, NODE_MODULES, Report, STUBS, completeProject, existsSync, findFixtures, inParallel, join, mkdirSync, overlay, parseArgs, scratchFolder, writeFileSync,
} from "./lib.mjs";

const JOBS = 2;
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
  "convex-helpers/react": "convex-helpers.js",
  "convex-helpers/react/cache": "convex-helpers.js",
  "convex-helpers/react/cache/hooks": "convex-helpers.js",
  "convex-helpers/react/cache/provider": "convex-helpers.js",
  "react-dom": "react-dom.js",
  "react-dom/client": "react-dom-client.js",
};
/** What a phone has, and comes with Expo: all of it is one stand-in. */
const NATIVE = /^(?:react-native|expo|@expo|@react-navigation)(?:[-/].*)$|^react-native$/;

const args = parseArgs(process.argv.slice(2), { switches: ["mutants", "self-test"] });
const report = new Report();
const scratch = scratchFolder("oracle");
const runner = await bundleRunner("dom-runner.mjs", join(scratch, "runner.mjs"));

// ---- one side of a case ----

/** Bundles and runs the project at `root`: what was seen, or `{ broken }` when it can't be run. */
async function render(root, info) {
  completeProject(root);
  const entries = findEntries(root, info);
  if (entries.length === 0) return { broken: "no entry found: name one with entry = \"...\" or say render = false" };
  const all = [];
  for (const { file, body } of entries) {
    const bundle = join(root, `.oracle-${all.length}.mjs`);
    const { broken } = await bundleApp(root, file, bundle, { standIns });
    if (broken) return { broken };
    const job = `${bundle}.json`;
    writeFileSync(job, JSON.stringify({ bundle, body }));
    const seen = await runInChild(runner, job);
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
    // TanStack's router is among the packages of gates.mjs.
    if (info.gated && "@tanstack/react-router" in allDependencies(fixture.before)) return report.skip(id, "its pages are rendered by gates.mjs");
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

let checked;
if (args["self-test"]) checked = await selfTest();
else {
  const fixtures = ["react", "expo"].flatMap((framework) => findFixtures(args, framework));
  checked = args.mutants ? await checkMutants(fixtures) : (await checkFixtures(fixtures), fixtures);
}
report.end(checked.length);
process.exit();
