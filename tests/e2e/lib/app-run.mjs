// One app from its plain source to the last control, with one browser and one pair of stand-ins.
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { App } from "./app.mjs";
import { Tab, launch } from "./browser.mjs";
import { casesOf } from "./cases.mjs";
import { Clerk } from "./clerk/server.mjs";
import { HOST, USER } from "./clerk/instance.mjs";
import { Convex } from "./convex/server.mjs";
import { Deployment } from "./convex/deployment.mjs";
import { FRAMEWORKS } from "./frameworks.mjs";
import { Failure, SEEDED, Story } from "./story.mjs";

const IDENTITY = { subject: USER.id, issuer: `https://${HOST}`, tokenIdentifier: `https://${HOST}|${USER.id}` };

export class AppRun {
  #server;

  /** `here` has the apps, and keeps what is installed; `scratch` is the run's own. */
  constructor({ name, here, scratch, binary, shots, report }) {
    Object.assign(this, { name, here, scratch, binary, shots, report });
    this.framework = FRAMEWORKS[name];
  }

  /** Makes the app ready and plays the cases that `isWanted`. */
  async run(isWanted) {
    try {
      await this.#startStandIns();
      await this.#prepare();
      const wanted = casesOf(this.framework).filter(({ name }) => isWanted(name));
      for (const each of wanted) await this.report.step(`${this.name}/${each.name}`, () => this.#try(each));
    } finally {
      await this.#stop();
    }
  }

  async #startStandIns() {
    this.clerk = await Clerk.start();
    this.convex = await Convex.start();
    this.browser = await launch(this.clerk.frontendPort);
    const { instance, backendUrl: clerkApi } = this.clerk;
    this.app = new App({
      source: join(this.here, "apps", this.name),
      folder: join(this.here, ".work", this.name),
      framework: this.framework,
      variables: this.framework.variables({ convexUrl: this.convex.url, instance, clerkApi }),
    });
  }

  /** The migrated app, installed, checked and built. */
  async #prepare() {
    const step = (name, act) => this.report.must(`${this.name}: ${name}`, act);
    this.app.layOut();
    await step("migrate --yes", () => this.app.migrate(this.binary));
    this.app.lock();
    await step("npm ci, by the lock file of the migrated app", () => this.app.install());
    await step("type check", () => this.app.typeCheck());
    await step("build", () => this.app.build());
    await step("serve", () => this.#serve());
  }

  async #serve() {
    await this.#server?.stop();
    this.#server = await this.app.serve();
  }

  async #stop() {
    await this.#server?.stop();
    await this.browser?.close();
    this.clerk?.stop();
    this.convex?.stop();
  }

  /** Plays the story; throws unless it ends as the case says. */
  async #try(each) {
    const { failure, shown, states } = await this.#outcome(each);
    if (!each.fails) {
      if (failure) throw failure;
      return Object.entries(states).filter(([, shown]) => shown).map(([step, shown]) => `${step} shows ${shown}`).join("; ");
    }
    const { step, reason, never } = each.fails;
    const wanted = `has to fail at ${step}: ${reason}`;
    if (!failure) throw new Error(`played to the end, but ${wanted}`);
    if (failure.step !== step || !reason.test(failure.reason)) throw new Error(`${wanted}, but failed at ${failure.message}`);
    if (shown.includes(never)) throw new Error(`failed as it has to, but showed ${shown.join(", ")}`);
    return `fails at ${step}: ${failure.reason.split("\n").find((line) => reason.test(line)).trim()}`;
  }

  async #outcome(each) {
    try {
      if (each.before || each.after || each.isPlain) await this.#rebuild(each);
      return await this.#play(each);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { failure: error, shown: [] };
    }
  }

  async #rebuild({ before, after, isPlain }) {
    this.app.layOut();
    before?.(this.app);
    if (!isPlain) await this.app.migrate(this.binary);
    after?.(this.app);
    this.app.lock();
    await this.app.build().catch((error) => {
      throw new Failure("build", error.message);
    });
    await this.#serve();
  }

  async #play({ name, deployment: environment, tokens }) {
    // Another folder each time: Node keeps what it has imported by its path.
    const bundles = mkdtempSync(join(this.scratch, "functions-"));
    const deployment = await Deployment.push({ app: this.app.folder, environment, bundles, getJson: (url) => this.clerk.getJson(url) });
    await deployment.seed("tasks:add", { text: SEEDED }, IDENTITY);
    this.convex.deploy(deployment);
    this.clerk.instance.reset(tokens);
    const { url } = this.#server;
    const tab = await Tab.open(this.browser, { server: this.#server, shots: join(this.shots, this.name, name.replace(/\W+/g, "-")) });
    const { firstStates, serverPage } = this.framework;
    const story = new Story({ tab, url, deployment, clerk: this.clerk, firstStates, serverPage });
    try {
      await story.play();
      return { states: story.states };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { failure: error, shown: tab.shown };
    } finally {
      await tab.close();
    }
  }
}
