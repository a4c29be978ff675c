// Headless Chromium that finds Clerk on loopback and nothing else, and a page that tells what it shows.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { HOST } from "./clerk/instance.mjs";

const LIMIT_MS = 90_000;

export function launch(clerkPort) {
  const rules = [`MAP ${HOST}:443 127.0.0.1:${clerkPort}`, "MAP * ~NOTFOUND", "EXCLUDE localhost", "EXCLUDE 127.0.0.1"];
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", `--host-resolver-rules=${rules.join(", ")}`],
    timeout: LIMIT_MS,
  });
}

/** A page with a profile of its own. What it shows and what goes wrong is kept, in order. */
export class Tab {
  /** The states of Convex's auth, by what the gates show: at each load of a page, and as it changes. */
  shown = [];
  /** What no page of a sound app does: uncaught errors, Convex's word on a refused token, answers of 500 and above (promises). */
  faults = [];
  #taken = 0;

  static async open(browser, { server, shots }) {
    const tab = new Tab();
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    tab.page = await context.newPage();
    tab.page.setDefaultTimeout(LIMIT_MS);
    tab.shots = shots;
    // Pictures of an earlier run would be taken for this one's.
    rmSync(shots, { recursive: true, force: true });
    // The server is older than this tab: what it said before is of others.
    const logged = server.output().length;
    await tab.page.exposeFunction("reportShown", (state) => tab.shown.push(state));
    await tab.page.addInitScript(watchGates);
    tab.page.on("pageerror", (error) => tab.faults.push(`uncaught in the page: ${error.message.split("\n")[0]}`));
    tab.page.on("console", (message) => {
      if (message.type() === "error" && message.text().includes("Failed to authenticate")) tab.faults.push(`Convex's client gave up: ${message.text()}`);
    });
    tab.page.on("response", (response) => {
      // Kept at once, explained when its body is there: an error in the page that comes of it must not come before it.
      if (response.status() >= 500 && response.url().startsWith(server.url)) tab.faults.push(explain(response, () => server.output().slice(logged)));
    });
    return tab;
  }

  async shoot(name) {
    const number = ++this.#taken;
    await this.page.screenshot({ path: join(this.shots, `${number}-${name.replace(/\W+/g, "-")}.png`) });
  }

  close() {
    return this.page.context().close();
  }
}

/** What a server answered, and why: by its log, or by the error that it hands to the page. */
async function explain(response, log) {
  const body = await response.text().catch(() => "");
  const logged = log().split("\n").find((line) => /error/i.test(line))?.trim();
  const rendered = /new Error\("((?:[^"\\]|\\.)*)"/.exec(body)?.[1].replace(/(?:\\n)+/g, " ");
  return `the app answers ${response.status()} to ${new URL(response.url()).pathname}: ${logged ?? rendered ?? "it says no reason"}`;
}

/** Runs in the page, before its own scripts: reports what the gates show, at each change of the document. */
function watchGates() {
  const isShown = (selector, text) => [...document.querySelectorAll(selector)].some((element) => element.textContent === text && !element.closest("[hidden]"));
  const look = () => {
    if (isShown("main p", "Loading…")) return "AuthLoading";
    if (isShown("main button", "Sign in")) return "Unauthenticated";
    if (isShown("main p", "Fetching tasks") || document.querySelector("main ul")) return "Authenticated";
    return undefined;
  };
  let last;
  new MutationObserver(() => {
    const state = look();
    if (state && state !== last) window.reportShown(state);
    last = state ?? last;
  }).observe(document, { childList: true, subtree: true, characterData: true });
}
