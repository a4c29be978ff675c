// One deployment: the functions and auth.config that were pushed, its variables, and what was asked of it.
import { join } from "node:path";
import { convexToJson, jsonToConvex } from "convex/values";
import { authenticate, loadProviders } from "./auth.mjs";
import { Functions } from "./functions.mjs";

export class Deployment {
  /** Each call of a function: `{ kind, path, subject, via }`, `subject` null without an identity. */
  calls = [];
  /** Why tokens were refused. */
  refusals = [];
  #functions;
  #providers;
  #getJson;
  #running = Promise.resolve();

  /** `environment`: the variables that are set on it; `bundles`: where the bundled functions go; `getJson` reads what an issuer publishes. */
  static async push({ app, environment, bundles, getJson }) {
    const deployment = new Deployment();
    deployment.#getJson = getJson;
    deployment.#providers = await loadProviders(join(app, "convex"), environment);
    deployment.#functions = await Functions.load(join(app, "convex"), bundles);
    return deployment;
  }

  async authenticate(token) {
    try {
      return await authenticate(token, this.#providers, this.#getJson);
    } catch (error) {
      this.refusals.push(error.message);
      throw error;
    }
  }

  /** Runs a function, one after the other; `{ value }` or `{ error }`, both as they go over the wire. */
  call(kind, path, [args], identity, via) {
    this.calls.push({ kind, path, subject: identity?.subject ?? null, via });
    const run = () => this.#functions.run(kind, path, jsonToConvex(args), identity);
    const done = this.#running.then(run).then((value) => ({ value: convexToJson(value ?? null) }), (error) => ({ error: error.message }));
    this.#running = done;
    return done;
  }

  /** Data that is there before anybody asks. */
  seed(path, args, identity) {
    return this.#functions.run("mutation", path, args, identity);
  }
}
