// Child process of gates.mjs: runs one bundle in a DOM, afresh for each state of the session, and sends what it saw.
// argv: a JSON file with { bundle, body, url, answers, clicks }. The answer: per state the looks at the page, first as it starts, then after each click.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { answer, forgetListeners, oracle, settle, startDom } from "./dom.mjs";

const STATES = {
  "loading": { isLoaded: false, isSignedIn: false },
  "signed out": { isLoaded: true, isSignedIn: false },
  "signed in": { isLoaded: true, isSignedIn: true },
};
const FUNCTION_NAME = Symbol.for("functionName");

const { bundle, body, url, answers, clicks } = JSON.parse(readFileSync(process.argv[2], "utf8"));
let gates;
let now;

startDom((problem) => now.problems.add(problem));
Object.assign(oracle, {
  onePage: true,
  unmount: [],
  /** A gate is there until what it returns is called. */
  gate() {
    const gate = {};
    gates.add(gate);
    return () => gates.delete(gate);
  },
  /** What the hook that subscribes to a function answers. Some data, since an app that waits for some shows its own "Loading…". */
  ask(reference) {
    const name = oracle.nameOf(reference);
    now.calls.add(name);
    return oracle.dataOf(name);
  },
  nameOf: (reference) => (typeof reference === "string" ? reference : (reference?.[FUNCTION_NAME] ?? String(reference))),
  dataOf: (name) => (name in answers ? answers[name] : []),
});

const seen = {};
for (const [state, auth] of Object.entries(STATES)) {
  gates = new Set();
  begin();
  oracle.auth = auth;
  oracle.mounted.clear();
  oracle.roots = 0;
  window.happyDOM.setURL(new URL(url, "http://localhost:5173/").href);
  document.documentElement.innerHTML = "<head></head><body></body>";
  document.body.innerHTML = body;
  try {
    // A new query is a new module: React, the app and its stand-ins start from nothing.
    await import(`${pathToFileURL(bundle).href}?${encodeURIComponent(state)}`);
  } catch (error) {
    oracle.problem(`uncaught: ${error?.message ?? error}`);
  }
  await settle();
  seen[state] = { "": look() };
  for (const text of clicks) {
    const target = [...document.querySelectorAll("button, a, [data-press]")].find((element) => element.textContent.trim() === text);
    // Who is signed out may have nothing to click.
    if (!target) break;
    begin();
    target.click();
    await settle();
    seen[state][text] = look();
  }
  for (const unmount of oracle.unmount.splice(0)) unmount();
  forgetListeners();
}
answer(seen);

function begin() {
  now = { problems: new Set(), calls: new Set() };
}

function look() {
  const page = document.body.cloneNode(true);
  for (const hidden of page.querySelectorAll("script, style, template")) hidden.remove();
  const text = page.textContent.replace(/\s+/g, " ").trim();
  return {
    text,
    filled: document.body.innerHTML !== body,
    signIns: page.querySelectorAll("[data-sign-in]").length,
    userButtons: page.querySelectorAll('[data-clerk="UserButton"]').length,
    gates: gates.size,
    calls: [...now.calls],
    problems: [...now.problems],
  };
}
