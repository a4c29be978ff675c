// Child process of oracle.mjs: runs one bundle in a DOM and sends what it saw. argv: a JSON file with { bundle, body }.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { answer, enter, oracle, settle, startDom } from "./dom.mjs";

const { bundle, body } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const problems = new Map();
let phase = "signed in";

startDom((problem) => problems.has(problem) || problems.set(problem, phase));
document.body.innerHTML = body;
const empty = document.body.innerHTML;

try {
  await import(pathToFileURL(bundle).href);
} catch (error) {
  oracle.problem(`uncaught: ${error?.message ?? error}`);
}
await settle();
const seen = {
  roots: oracle.roots,
  mounted: [...oracle.mounted],
  text: document.body.textContent.replace(/\s+/g, " ").trim(),
  filled: document.body.innerHTML !== empty,
};
// The other two states must not break either; Clerk starts as "not loaded" in real life.
phase = "signed out";
await enter({ isLoaded: true, isSignedIn: false });
phase = "loading";
await enter({ isLoaded: false, isSignedIn: false });
seen.problems = [...problems].map(([text, at]) => (at === "signed in" ? text : `${text} (${at})`));
answer(seen);
