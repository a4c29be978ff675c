// The story that each app has to play, and each control has to break: first visit, sign in, a mutation, a page of the server, a reload, sign out.
import { setTimeout as pause } from "node:timers/promises";
import { USER } from "./clerk/instance.mjs";

const WAIT_MS = 90_000;
const POLL_MS = 50;
const SETTLE_MS = 1_000;
const TEXT_SHOWN = 300;
export const SEEDED = "Water the plants";
const ADDED = "Buy milk";
/** The functions of the apps that throw without an identity. */
const NEED_IDENTITY = ["tasks:list", "tasks:add"];

/** What went wrong, and where in the story. */
export class Failure extends Error {
  constructor(step, reason) {
    super(`${step}: ${reason}`);
    this.step = step;
    this.reason = reason;
  }
}

export class Story {
  /** The states that each step showed. */
  states = {};
  #step;
  #stepStart = 0;

  /** `firstStates`: what a first visit shows; `serverPage`: a page that the app's server fills with data of the user, and what it then shows. */
  constructor({ tab, url, deployment, clerk, firstStates, serverPage }) {
    Object.assign(this, { tab, url, deployment, clerk, firstStates, serverPage });
  }

  async play() {
    await this.#at("first visit", () => this.#visit());
    await this.#at("sign in", () => this.#signIn());
    await this.#at("mutation", () => this.#addTask());
    if (this.serverPage) await this.#at("server page", () => this.#visitServerPage());
    await this.#at("reload", () => this.#reload());
    await this.#at("sign out", () => this.#signOut());
    await this.#at("afterwards", () => this.#lookBack());
  }

  async #at(step, act) {
    this.#step = step;
    this.#stepStart = this.tab.shown.length;
    try {
      await act();
      this.states[step] = this.#shown().join(", ");
    } catch (error) {
      // Where the browser's own wait ended, what is known to be wrong says more.
      throw error instanceof Failure ? error : new Failure(step, (await this.#fault()) ?? error.message);
    } finally {
      await this.tab.shoot(step);
    }
  }

  async #visit() {
    const { page } = this.tab;
    await page.goto(this.url);
    await this.#until("button to sign in", () => this.#signInButton().isVisible());
    if (!(await page.getByRole("heading", { name: "Tasks" }).isVisible())) this.#fail("the public header is not shown");
    this.#expectShown(this.firstStates);
  }

  async #signIn() {
    const { page } = this.tab;
    await this.#signInButton().click();
    await this.#until("form of Clerk", () => page.locator("input[name=identifier]").isVisible());
    await page.locator("input[name=identifier]").fill(USER.email);
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await this.#until("field for the password", () => page.locator("input[name=password]").isEnabled());
    await page.locator("input[name=password]").fill(USER.password);
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await this.#untilListed(SEEDED);
    this.#expectShown(["AuthLoading", "Authenticated"]);
  }

  async #addTask() {
    const { page } = this.tab;
    await page.getByLabel("New task").fill(ADDED);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await this.#untilListed(ADDED);
  }

  /** The data has to be in the page as it comes from the server, and to be asked for with the user's token. */
  async #visitServerPage() {
    const { path, shows } = this.serverPage;
    const response = await this.tab.page.goto(this.url + path);
    await this.#until(`text "${shows}"`, () => this.tab.page.getByText(shows).isVisible());
    if (!(await response.text()).includes(shows)) this.#fail(`the server's answer has no "${shows}": only the browser's script shows it`);
    const asked = this.deployment.calls.filter(({ via }) => via === "http");
    if (asked.length === 0 || asked.some(({ subject }) => subject !== USER.id)) this.#fail(`the server asked Convex for ${JSON.stringify(asked)}`);
    await this.tab.page.goto(this.url);
    await this.#untilListed(ADDED);
  }

  async #reload() {
    await this.tab.page.reload();
    await this.#untilListed(ADDED);
    this.#expectShown(["AuthLoading", "Authenticated"]);
  }

  async #signOut() {
    const { page } = this.tab;
    await page.getByRole("button", { name: "Open user menu" }).click();
    await page.getByText("Sign out", { exact: true }).click();
    await this.#until("button to sign in", () => this.#signInButton().isVisible());
    if (await this.#isListed(SEEDED)) this.#fail("the list is still there");
    if (this.#shown().at(-1) !== "Unauthenticated") this.#fail(this.#describeShown());
    // What is still subscribed to is asked for again, by nobody: within moments, if at all.
    await pause(SETTLE_MS);
    const fault = await this.#fault();
    if (fault) this.#fail(fault);
  }

  /** What can only be said of the whole. */
  async #lookBack() {
    const { calls, refusals } = this.deployment;
    const ranForUser = calls.some(({ path, subject, via }) => path === "tasks:list" && subject === USER.id && via === "sync");
    if (!ranForUser) this.#fail("tasks:list never ran for the user");
    if (refusals.length > 0) this.#fail(`Convex refused tokens: ${refusals.join("; ")}`);
  }

  #signInButton() {
    return this.tab.page.getByRole("main").getByRole("button", { name: "Sign in", exact: true });
  }

  #untilListed(text) {
    return this.#until(`"${text}" in the list`, () => this.#isListed(text));
  }

  #isListed(text) {
    return this.tab.page.getByRole("listitem").filter({ hasText: text }).isVisible();
  }

  /** The states of this step; a page that loads begins anew, so that one can follow itself. */
  #shown() {
    return this.tab.shown.slice(this.#stepStart).filter((state, index, all) => state !== all[index - 1]);
  }

  #expectShown(expected) {
    if (this.#shown().join() !== expected.join()) this.#fail(`${this.#describeShown()}, not ${expected.join(", ")}`);
  }

  #describeShown() {
    return `shown was ${this.#shown().join(", ") || "no gate"}`;
  }

  /** Waits; ends at once, with the reason, when something happens that a sound app never does. */
  async #until(awaited, isSo) {
    const deadline = Date.now() + WAIT_MS;
    while (!(await isSo())) {
      const fault = await this.#fault();
      if (fault) this.#fail(fault);
      if (Date.now() > deadline) this.#fail(`no ${awaited} after ${WAIT_MS / 1000} s; ${this.#describeShown()}; the page says ${await this.#text()}`);
      await pause(POLL_MS);
    }
  }

  async #fault() {
    const anonymous = this.deployment.calls.find(({ path, subject }) => subject === null && NEED_IDENTITY.includes(path));
    if (anonymous) return `${anonymous.path} ran without an identity (${anonymous.via})`;
    const [unknown] = this.clerk.unknown;
    return unknown ? `the stand-in for Clerk doesn't know ${unknown}` : this.tab.faults[0];
  }

  async #text() {
    return JSON.stringify((await this.tab.page.locator("body").innerText()).slice(0, TEXT_SHOWN));
  }

  #fail(reason) {
    throw new Failure(this.#step, reason);
  }
}
