// What the child processes of oracle.mjs and gates.mjs share: a DOM without network, what went wrong in it, and waiting until it stays the same.
import { inspect } from "node:util";
import { GlobalRegistrator } from "@happy-dom/global-registrator";

const realTimeout = setTimeout;
const realImmediate = setImmediate;
const realClear = clearImmediate;
const listeners = new Set();
/** What is to run in the next turn: React has something there as long as it is not through with a page. */
const immediates = new Set();

/** What the stand-ins of a bundle see as `globalThis.__oracle`. */
export const oracle = {
  roots: 0,
  mounted: new Set(),
  auth: { isLoaded: true, isSignedIn: true },
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Sets up the DOM; `onProblem` gets each problem as one line. */
export function startDom(onProblem) {
  oracle.problem = (message) => onProblem(String(message).replace(/\s+/g, " ").slice(0, 400));
  // There are no style sheets to load.
  GlobalRegistrator.register({ url: "http://localhost:5173/", settings: { handleDisabledFileLoadingAsSuccess: true } });
  globalThis.__oracle = oracle;
  globalThis.fetch = window.fetch = () => new Promise(() => {});
  globalThis.WebSocket = window.WebSocket = class {
    addEventListener() {}
    send() {}
    close() {}
  };
  // A hundred times faster, in the same order: React holds back a lazy component for 300 ms, apps show splash screens.
  globalThis.setTimeout = window.setTimeout = (job, ms = 0, ...rest) => realTimeout(job, ms / 100, ...rest);
  globalThis.setImmediate = window.setImmediate = (job, ...rest) => {
    const due = realImmediate(() => {
      immediates.delete(due);
      job(...rest);
    });
    immediates.add(due);
    return due;
  };
  globalThis.clearImmediate = window.clearImmediate = (due) => {
    immediates.delete(due);
    realClear(due);
  };
  // React prints with a format string; only that is compared, the rest has names and stacks.
  console.error = (...args) => {
    const first = args[0] instanceof Error ? args[0].message : typeof args[0] === "string" ? args[0] : inspect(args[0]);
    oracle.problem(`console.error: ${first} ${args.slice(1, 3).filter((arg) => typeof arg === "string" && !arg.startsWith("\n")).join(" ")}`);
  };
  console.log = console.info = console.warn = console.debug = () => {};
  window.addEventListener("error", (event) => oracle.problem(`uncaught: ${event.error?.message ?? event.message}`));
  process.on("uncaughtException", (error) => oracle.problem(`uncaught: ${error?.message ?? error}`));
  process.on("unhandledRejection", (error) => oracle.problem(`unhandled rejection: ${error?.message ?? error}`));
}

const pause = (ms) => new Promise((done) => realTimeout(done, ms));

/**
 * Waits until the page and the mounted providers stay the same for a few turns in which nothing is to be done, for 300 turns at most. Time alone tells
 * nothing: on a busy machine React gets through a page by small steps, and between two of them all stays the same for long.
 */
export async function settle() {
  let last;
  for (let calm = 0, turns = 0; calm < 4 && turns < 300; turns++) {
    await pause(8);
    const now = `${oracle.mounted.size}|${document.body.innerHTML}`;
    calm = now === last && immediates.size === 0 ? calm + 1 : 0;
    last = now;
  }
}

/** Changes who is signed in, as Clerk would. */
export async function enter(auth) {
  oracle.auth = auth;
  for (const listener of [...listeners]) listener();
  await settle();
}

/** Forgets the components of an app that is gone. */
export const forgetListeners = () => listeners.clear();

/** Sends what was seen. It is the reader who ends this process: a message may be lost with a process that ends by itself. */
export function answer(seen) {
  process.once("disconnect", () => process.exit(0));
  process.send(seen);
}
