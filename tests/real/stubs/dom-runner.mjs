// Child process of oracle.mjs: runs one bundle in a DOM and sends what it saw. argv: a JSON file with { bundle, body }.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { GlobalRegistrator } from "@happy-dom/global-registrator";

const { bundle, body } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const realTimeout = setTimeout;
const problems = new Map();
const listeners = new Set();
let phase = "signed in";

const oracle = {
  roots: 0,
  mounted: new Set(),
  auth: { isLoaded: true, isSignedIn: true },
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  problem(message) {
    const text = String(message).replace(/\s+/g, " ").slice(0, 400);
    if (!problems.has(text)) problems.set(text, phase);
  },
};

GlobalRegistrator.register({ url: "http://localhost:5173/" });
globalThis.__oracle = oracle;
globalThis.fetch = window.fetch = () => new Promise(() => {});
globalThis.WebSocket = window.WebSocket = class {
  addEventListener() {}
  send() {}
  close() {}
};
// A hundred times faster, in the same order: React holds back a lazy component for 300 ms, apps show splash screens.
globalThis.setTimeout = window.setTimeout = (job, ms = 0, ...rest) => realTimeout(job, ms / 100, ...rest);
document.body.innerHTML = body;
const empty = document.body.innerHTML;

// React prints with a format string; only that is compared, the rest has names and stacks.
console.error = (...args) => {
  const first = args[0] instanceof Error ? args[0].message : typeof args[0] === "string" ? args[0] : inspect(args[0]);
  oracle.problem(`console.error: ${first} ${args.slice(1, 3).filter((arg) => typeof arg === "string" && !arg.startsWith("\n")).join(" ")}`);
};
console.log = console.info = console.warn = console.debug = () => {};
window.addEventListener("error", (event) => oracle.problem(`uncaught: ${event.error?.message ?? event.message}`));
process.on("uncaughtException", (error) => oracle.problem(`uncaught: ${error?.message ?? error}`));
process.on("unhandledRejection", (error) => oracle.problem(`unhandled rejection: ${error?.message ?? error}`));

const pause = (ms) => new Promise((done) => realTimeout(done, ms));

/** Waits until the page and the mounted providers stay the same for a few turns, three seconds at most. */
async function settle() {
  let last;
  for (let calm = 0, turns = 0; calm < 4 && turns < 300; turns++) {
    await pause(8);
    const now = `${oracle.mounted.size}|${document.body.innerHTML}`;
    calm = now === last ? calm + 1 : 0;
    last = now;
  }
}

async function enter(name, auth) {
  phase = name;
  oracle.auth = auth;
  for (const listener of [...listeners]) listener();
  await settle();
}

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
await enter("signed out", { isLoaded: true, isSignedIn: false });
await enter("loading", { isLoaded: false, isSignedIn: false });
seen.problems = [...problems].map(([text, at]) => (at === "signed in" ? text : `${text} (${at})`));
// It is the reader who ends this: a message may be lost with a process that ends by itself.
process.once("disconnect", () => process.exit(0));
process.send(seen);
