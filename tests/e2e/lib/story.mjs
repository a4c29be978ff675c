// The story that each app has to play, and each control has to break: first visit, sign in, a mutation, a reload, sign out.
import { USER } from "./clerk/instance.mjs";

const WAIT_MS = 90_000;
const POLL_MS = 50;
export const SEEDED = "Water the plants";
const ADDED = "Buy milk";

/** What went wrong, and where in the story. */
export class Failure extends Error {
  constructor(step, reason) {
    super(`${step}: ${reason}`);
    this.step = step;
    this.reason = reason;
  }
}

export class Story {
  #step = "start";

  /** `firstStates`: what a first visit shows, in order. */
  constructor({ tab, url, deployment, clerk, firstStates, serverPage }) {
    Object.assign(this, { tab, url, deployment, clerk, firstStates, serverPage });
  }

  async play() {
    await this.#at("first visit", () => this.#firstVisit());
    await this.#at("sign in", () => this.#signIn());
    await this.#at("mutation", () => this.#addTask());
    if (this.serverPage) await this.#at("server page", () => this.#visitServerPage());
    await this.#at("reload", () => this.#reload());
    await this.#at("sign out", () => this.#signOut());
    await this.#at("afterwards", () => this.#lookBack());
  }

  async #at(step, act) {
    this.#step = step;
    try {
      await act();
    } catch (error) {
      // A wait of the browser that ended without a word is explained by what is known to be wrong.
      throw error instanceof Failure ? error : new Failure(step, this.#fault() ?? error.message);
    } finally {
      await this.tab.shoot(step).catch(() => {});
    }
  }

  async #firstVisit() {
    const { page } = this.tab;
    await page.goto(this.url);
    await this.#until("the header, and a button to sign in", async () => (await page.getByRole("heading", { name: "Tasks" }).isVisible()) && (await this.#signInButton().isVisible()));
    this.#expectShown(this.firstStates, this.tab.shown);
  }

  async #signIn() {
    const { page } = this.tab;
    await this.#signInButton().click();
    await this.#until("Clerk's form", () => page.locator("input[name=identifier]").isVisible());
    await page.locator("input[name=identifier]").fill(USER.email);
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await this.#until("the field for the password", () => page.locator("input[name=password]").isEnabled());
    await page.locator("input[name=password]").fill(USER.password);
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await this.#until(`"${SEEDED}" in the list`, () => this.#isListed(SEEDED));
    if (this.tab.shown.at(-1) !== "Authenticated") this.#fail(`the list is there, but the gates show ${this.tab.shown.at(-1)}`);
  }

  async #addTask() {
    const { page } = this.tab;
    await page.getByLabel("New task").fill(ADDED);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await this.#until(`"${ADDED}" in the list`, () => this.#isListed(ADDED));
  }

  async #visitServerPage() {
    await this.tab.page.goto(this.url + this.serverPage);
    await this.#until(`"${SEEDED}" in the list of the server`, () => this.#isListed(SEEDED));
    if (!this.deployment.calls.some(({ via }) => via === "http")) this.#fail("the server asked Convex for nothing");
    await this.tab.page.goto(this.url);
    await this.#until(`"${ADDED}" in the list`, () => this.#isListed(ADDED));
  }

  async #reload() {
    const before = this.tab.shown.length;
    await this.tab.page.reload();
    await this.#until(`"${ADDED}" in the list`, () => this.#isListed(ADDED));
    const since = this.tab.shown.slice(before);
    if (since.includes("Unauthenticated")) this.#fail(`it showed ${since.join(", ")}`);
  }

  async #signOut() {
    const { page } = this.tab;
    await page.getByRole("button", { name: "Open user menu" }).click();
    await page.getByText("Sign out", { exact: true }).click();
    await this.#until("the button to sign in", () => this.#signInButton().isVisible());
    if (await this.#isListed(SEEDED)) this.#fail("the list is still there");
  }

  /** What can only be said of the whole. */
  async #lookBack() {
    const { deployment, clerk } = this;
    if (!deployment.calls.some(({ kind, path, subject }) => kind === "query" && path === "tasks:list" && subject === USER.id)) this.#fail("tasks:list never ran for the user");
    if (deployment.refusals.length > 0) this.#fail(`Convex refused tokens: ${deployment.refusals.join("; ")}`);
    if (clerk.unknown.length > 0) this.#fail(`the stand-in for Clerk doesn't know ${clerk.unknown.join("; ")}`);
    const fault = this.#fault();
    if (fault) this.#fail(fault);
  }

  #signInButton() {
    return this.tab.page.getByRole("main").getByRole("button", { name: "Sign in", exact: true });
  }

  #isListed(text) {
    return this.tab.page.getByRole("listitem").filter({ hasText: text }).isVisible();
  }

  #expectShown(expected, shown) {
    if (shown.join() !== expected.join()) this.#fail(`shown was ${shown.join(", ") || "no gate"}, not ${expected.join(", ")}`);
  }

  /** Waits; ends at once with the reason when something happens that a sound app never does. */
  async #until(awaited, isSo) {
    const deadline = Date.now() + WAIT_MS;
    while (!(await isSo())) {
      const fault = this.#fault();
      if (fault) this.#fail(fault);
      if (Date.now() > deadline) this.#fail(`no ${awaited} after ${WAIT_MS / 1000} s; shown was ${this.tab.shown.join(", ") || "no gate"}; the page says: ${await this.#text()}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  #fault() {
    const [anonymous] = this.deployment.callsOfNobody;
    if (anonymous) return `${anonymous.path} ran without an identity (${anonymous.via})`;
    return this.tab.faults[0];
  }

  async #text() {
    return JSON.stringify((await this.tab.page.locator("body").innerText()).slice(0, 300));
  }

  #fail(reason) {
    throw new Failure(this.#step, reason);
  }
}
