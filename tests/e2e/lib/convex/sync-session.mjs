// One connection of Convex's sync protocol: a set of queries, an identity, and a version of both that only goes up.
const NOBODY = null;

export class SyncSession {
  #deployment;
  #send;
  #queries = new Map();
  #identity = NOBODY;
  #version = { querySet: 0, identity: 0, ts: 0n };
  #handling = Promise.resolve();
  #clock;
  #onMutation;

  constructor({ deployment, clock, send, onMutation }) {
    this.#deployment = deployment;
    this.#clock = clock;
    this.#send = send;
    this.#onMutation = onMutation;
  }

  /** Messages are handled one after the other, in the order in which they came. */
  receive(message) {
    this.#handling = this.#handling.then(() => this.#handle(message)).catch((error) => this.#send({ type: "FatalError", error: error.message }));
  }

  /** Data changed: all queries are run again. */
  refresh() {
    this.#handling = this.#handling.then(() => this.#transition({}, [...this.#queries.keys()]));
  }

  async #handle(message) {
    switch (message.type) {
      case "Connect":
      case "Event":
        return;
      case "ModifyQuerySet":
        return this.#modify(message);
      case "Authenticate":
        return this.#authenticate(message);
      case "Mutation":
        return this.#mutate(message);
      default:
        throw new Error(`${message.type} is not handled`);
    }
  }

  async #modify({ newVersion, modifications }) {
    const added = modifications.filter(({ type }) => type === "Add");
    const removed = modifications.filter(({ type }) => type === "Remove").map(({ queryId }) => queryId);
    for (const query of added) this.#queries.set(query.queryId, query);
    for (const queryId of removed) this.#queries.delete(queryId);
    const gone = removed.map((queryId) => ({ type: "QueryRemoved", queryId }));
    await this.#transition({ querySet: newVersion }, added.map(({ queryId }) => queryId), gone);
  }

  async #authenticate({ tokenType, value, baseVersion }) {
    try {
      this.#identity = tokenType === "None" ? NOBODY : await this.#deployment.authenticate(value);
    } catch (error) {
      this.#send({ type: "AuthError", error: error.message, baseVersion, authUpdateAttempted: true });
      return;
    }
    await this.#transition({ identity: baseVersion + 1 }, [...this.#queries.keys()]);
  }

  async #mutate({ requestId, udfPath, args }) {
    const { value, error } = await this.#deployment.call("mutation", udfPath, args, this.#identity, "sync");
    if (error !== undefined) {
      this.#send({ type: "MutationResponse", requestId, success: false, result: error, logLines: [] });
      return;
    }
    this.#send({ type: "MutationResponse", requestId, success: true, result: value, ts: encodeTimestamp(this.#clock()), logLines: [] });
    this.#onMutation();
  }

  /** Takes the client to the next version, with what these queries answer now. */
  async #transition(changes, queryIds, gone = []) {
    const answers = [];
    for (const queryId of queryIds) answers.push(await this.#run(this.#queries.get(queryId)));
    const start = this.#version;
    this.#version = { ...start, ...changes, ts: this.#clock() };
    this.#send({ type: "Transition", startVersion: encodeVersion(start), endVersion: encodeVersion(this.#version), modifications: [...answers, ...gone] });
  }

  async #run({ queryId, udfPath, args }) {
    const { value, error } = await this.#deployment.call("query", udfPath, args, this.#identity, "sync");
    const answered = { queryId, logLines: [], journal: null };
    if (error !== undefined) return { ...answered, type: "QueryFailed", errorMessage: error };
    return { ...answered, type: "QueryUpdated", value };
  }
}

function encodeVersion(version) {
  return { ...version, ts: encodeTimestamp(version.ts) };
}

/** A u64, little end first, in base64. */
export function encodeTimestamp(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.toString("base64");
}
