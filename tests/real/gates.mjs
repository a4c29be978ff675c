// The oracle for gates: renders each page of a fixture while the session loads, signed out and signed in, and looks at who subscribes to what.
//   node gates.mjs [--fixtures DIR] [--only GLOB] [--mutants | --self-test]
// Cases are those with `gated = [...]` in case.toml. --mutants: without any one of its gates a case must fail. --self-test: broken sample apps must.
import { dirname } from "node:path";
import { bundleApp, bundleRunner, runInChild } from "./bundle.mjs";
import { gateStandIns } from "./gate-packages.mjs";
import { convexOnServer, pagesOf } from "./gate-pages.mjs";
import {
  Report, completeProject, findFixtures, inParallel, join, listFiles, mkdirSync, overlay, parseArgs, readFileSync, scratchFolder, writeFileSync,
} from "./lib.mjs";
import { SAMPLES } from "./stubs/gate-samples.mjs";
import { VARIANTS } from "./stubs/gate-variants.mjs";

const JOBS = 2;
const FRAMEWORKS = ["expo", "next-app", "next-pages", "react", "react-router", "tanstack-start"];
const SIGN_IN_SLOT = "Sign in to continue";
const LOADING = "Loading…";

const args = parseArgs(process.argv.slice(2), { switches: ["mutants", "self-test"] });
const report = new Report();
const scratch = scratchFolder("gates");
const runner = await bundleRunner("gates-runner.mjs", join(scratch, "runner.mjs"));

// ---- rendering ----

/** What the pages of the project at `root` show in each state. `enough`: stops when it says so of the pages so far. */
async function render(root, framework, info, enough = () => false) {
  completeProject(root);
  let pages;
  try {
    pages = await pagesOf(root, framework, info);
  } catch (error) {
    return { broken: `its pages can't be found: ${error.message}` };
  }
  if (pages.length === 0) return { broken: "no page was found: name an entry or say render = false" };
  const all = [];
  for (const { name, file, body, url, serverRoots } of pages) {
    const bundle = join(root, `.gates-${all.length}.mjs`);
    const built = await bundleApp(root, file, bundle, { standIns: gateStandIns, anyName: true });
    if (built.broken) return { broken: `${name}: ${built.broken}` };
    const job = `${bundle}.json`;
    writeFileSync(job, JSON.stringify({ bundle, body, url, answers: info.answers ?? {}, clicks: info.clicks ?? [] }));
    const states = await runInChild(runner, job);
    if (states.broken) return { broken: `${name}: ${states.broken}` };
    all.push({ name, states, misplaced: serverRoots ? convexOnServer(root, serverRoots, built.metafile.inputs) : [] });
    if (enough(all)) break;
  }
  return { pages: all };
}

// ---- what must hold ----

const count = (text, part) => text.split(part).length - 1;

/** All looks at a page: `[state, what was clicked last, what was seen]`. */
const looksAt = ({ states }) => Object.entries(states).flatMap(([state, looks]) => Object.entries(looks).map(([click, seen]) => [state, click, seen]));

/** What is wrong with one page. */
function judgePage(page, framework, info) {
  const problems = [...page.misplaced];
  const looks = looksAt(page);
  const gated = new Set(looks.filter(([, , { gates }]) => gates > 0).map(([, click]) => click));
  for (const [state, click, seen] of looks) {
    const say = (what) => problems.push(`${page.name}, ${state}${click ? `, after "${click}"` : ""}: ${what}`);
    for (const problem of seen.problems) say(problem);
    if (state !== "signed in") for (const id of info.gated.filter((id) => seen.calls.includes(id))) say(`subscribes to ${id}`);
    if (seen.userButtons > 1) say(`${seen.userButtons} UserButtons, not one at most`);
    // The way out is for those who are in: a gate that holds nothing else is noticed by it.
    if (state !== "signed in" && seen.userButtons > 0 && !info.ownWayOut) say("a UserButton is shown");
    if (!gated.has(click)) continue;
    if (info.gated.length === 0 && !info.ownControls) say("there is a gate");
    if (!seen.filled) say("the page is empty");
    const expect = (what, number, due) => {
      // What an app had before it may be elsewhere, or say it in other words.
      if (info.ownControls ? number > due : number !== due) say(`${what} is there ${number} times, not ${due}`);
    };
    expect("a control to sign in", seen.signIns + (framework === "expo" ? count(seen.text, SIGN_IN_SLOT) : 0), state === "signed out" ? 1 : 0);
    expect(`"${LOADING}"`, count(seen.text, LOADING), state === "loading" ? 1 : 0);
  }
  // With --gate root all is behind one gate.
  const mayHide = info.ownControls || info.options?.includes("root") || info.gated.length === 0;
  const usesGated = looks.some(([state, , { calls }]) => state === "signed in" && info.gated.some((id) => calls.includes(id)));
  if (gated.size > 0 && !usesGated && !mayHide) problems.push(`${page.name}: there is a gate, but nothing that subscribes to a gated function`);
  return problems;
}

/** What is wrong with the project. */
function judge({ broken, pages }, framework, info) {
  if (broken) return [broken];
  const problems = pages.flatMap((page) => judgePage(page, framework, info));
  const looks = pages.flatMap(looksAt);
  const called = new Set(looks.flatMap(([state, , seen]) => (state === "signed in" ? seen.calls : [])));
  for (const id of info.gated.filter((id) => !called.has(id))) problems.push(`signed in: no page subscribes to ${id}`);
  if (info.gated.length > 0 && !looks.some(([, , { gates }]) => gates > 0)) problems.push("no page has a gate");
  for (const text of info.open ?? []) {
    if (!looks.some(([state, , seen]) => state === "signed out" && seen.text.includes(text))) problems.push(`signed out: no page shows "${text}"`);
  }
  return [...new Set(problems)];
}

// ---- the modes ----

const OWN_CONTROLS = /\{[^}]*\b(?:Authenticated|Unauthenticated|AuthLoading|SignIn|SignInButton)\b[^}]*\}\s*from\s*["'](?:convex\/react|@clerk\/[\w-]+)["']/;

/** Does the app have gates or controls to sign in from the start? */
function hasOwnControls(before) {
  return hasOwn(before, OWN_CONTROLS);
}

/** Does a source file of the app match from the start? */
function hasOwn(before, pattern) {
  return listFiles(before).some((file) => /\.[jt]sx?$/.test(file) && pattern.test(readFileSync(join(before, file), "utf8")));
}

/** Cases with `gated` that can be rendered; what is wrong with a case itself fails it. */
function casesToCheck() {
  const isTexts = (value) => Array.isArray(value) && value.every((text) => typeof text === "string");
  return FRAMEWORKS.flatMap((framework) => findFixtures(args, framework).map((fixture) => ({ ...fixture, framework }))).filter(({ id, info, problems }) => {
    if (info.gated === undefined) return false;
    const wrong = [...problems];
    for (const key of ["gated", "open", "paths", "clicks"]) if (info[key] !== undefined && !isTexts(info[key])) wrong.push(`case.toml: ${key} must be a list of texts`);
    if (wrong.length > 0) report.fail(id, wrong);
    else if (info.render === false) report.skip(id, info["render-why"]);
    return wrong.length === 0 && info.render !== false;
  }).map((fixture) => ({ ...fixture, info: { ...fixture.info, ownControls: hasOwnControls(fixture.before), ownWayOut: hasOwn(fixture.before, /<UserButton\b/) } }));
}

async function checkCases(cases) {
  await inParallel(cases, JOBS, async ({ id, framework, before, after, info }) => {
    const root = overlay(join(scratch, id), before, ...(after ? [after] : []));
    report.result(id, judge(await render(root, framework, info), framework, info));
  });
  return cases;
}

/** The gates of a text, as the text without each: their tags become those of a fragment, so that what they hold stays one expression. */
function withoutEachGate(text) {
  const imported = [...text.matchAll(/import\s*\{([^}]*)\}/g)].map(([, names]) => /\bAuthenticated\s+as\s+(\w+)/.exec(names)?.[1]).find(Boolean);
  const tags = [...text.matchAll(new RegExp(`<(/?)${imported ?? "Authenticated"}>`, "g"))];
  const open = [];
  const mutants = [];
  for (const tag of tags) {
    if (tag[1] === "") open.push(tag);
    else {
      const first = open.pop();
      // Of a component of the app's own by that name, with attributes.
      if (!first) continue;
      const line = text.slice(0, first.index).split("\n").length;
      const inside = text.slice(first.index + first[0].length, tag.index);
      mutants.push({ line, text: `${text.slice(0, first.index)}<>${inside}</>${text.slice(tag.index + tag[0].length)}` });
    }
  }
  return mutants;
}

async function checkMutants(cases) {
  const mutants = cases.filter(({ after, info }) => after && info["gate-mutants"] !== false).flatMap((fixture) => {
    const sources = listFiles(fixture.after).filter((file) => /\.[jt]sx?$/.test(file));
    return sources.flatMap((file) => withoutEachGate(readFileSync(join(fixture.after, file), "utf8")).map((mutant) => ({ ...fixture, file, mutant })));
  });
  let survivors = 0;
  await inParallel(mutants, JOBS, async ({ id, framework, before, after, info, file, mutant }) => {
    const name = `${id}: ${file}:${mutant.line}`;
    const root = overlay(join(scratch, name.replace(/\W+/g, "-")), before, after);
    writeFileSync(join(root, file), mutant.text);
    // One bad page is enough.
    const seen = await render(root, framework, info, (pages) => judgePage(pages.at(-1), framework, info).length > 0);
    const found = judge(seen, framework, info);
    if (seen.broken) report.fail(name, [`without this gate the case must run and fail, but ${seen.broken}`]);
    else if (found.length === 0) report.fail(name, ["nobody notices that this gate is gone"]);
    else {
      report.pass();
      console.log(`noticed ${name}: ${found[0]}`);
      return;
    }
    survivors++;
  });
  console.log(`${survivors} of ${mutants.length} mutants survived`);
  return mutants;
}

async function selfTest() {
  const samples = SAMPLES.map((sample) => ({ ...sample, name: `${sample.framework}: right`, base: sample }));
  const variants = VARIANTS.map((sample) => ({ ...sample, base: SAMPLES.find(({ framework }) => framework === sample.framework) }));
  const tests = [...samples, ...variants];
  await inParallel(tests, JOBS, async ({ name, framework, base, files, info, expected }) => {
    const root = join(scratch, name.replace(/\W+/g, "-"));
    for (const [file, text] of Object.entries({ ...base.files, ...files })) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    const facts = { ...base.info, ...info };
    const found = judge(await render(root, framework, facts), framework, facts);
    if (!expected) return report.result(name, found);
    const noticed = found.find((problem) => expected.test(problem));
    if (noticed) console.log(`noticed "${name}": ${noticed}`);
    report.result(name, noticed ? [] : [`expected ${expected}, found ${found.length > 0 ? found.join(" | ") : "nothing wrong"}`]);
  });
  return tests;
}

let checked;
if (args["self-test"]) checked = await selfTest();
else {
  const cases = casesToCheck();
  checked = args.mutants ? await checkMutants(cases) : await checkCases(cases);
}
report.end(checked.length);
process.exit();
