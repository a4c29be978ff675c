// The stand-in for Convex on loopback: its sync protocol for browsers, its HTTP API for servers that render.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { listen, readBody, sendJson } from "../http.mjs";
import { SyncSession, encodeTimestamp } from "./sync-session.mjs";

/** What Convex answers where a function threw. */
const FUNCTION_FAILED = 560;

export class Convex {
  /** What is pushed; another one ends all connections. */
  #deployment;
  #sessions = new Map();
  #clock = 1n;
  #server;
  #sockets = new WebSocketServer({ noServer: true });

  static async start() {
    const convex = new Convex();
    convex.#server = createServer((incoming, response) => {
      convex.#answer(incoming, response).catch((error) => sendJson(response, 500, { code: "StandIn", message: error.message }));
    });
    convex.#server.on("upgrade", (incoming, socket, head) => {
      if (!/^\/api\/[^/]+\/sync$/.test(incoming.url)) return socket.destroy();
      convex.#sockets.handleUpgrade(incoming, socket, head, (webSocket) => convex.#connect(webSocket));
    });
    convex.url = `http://127.0.0.1:${await listen(convex.#server)}`;
    return convex;
  }

  deploy(deployment) {
    for (const webSocket of this.#sessions.keys()) webSocket.terminate();
    this.#sessions.clear();
    this.#deployment = deployment;
  }

  stop() {
    for (const webSocket of this.#sessions.keys()) webSocket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #connect(webSocket) {
    const session = new SyncSession({
      deployment: this.#deployment,
      clock: () => (this.#clock += 1n),
      send: (message) => webSocket.send(JSON.stringify(message)),
      onMutation: () => this.#sessions.forEach((other) => other.refresh()),
    });
    this.#sessions.set(webSocket, session);
    webSocket.on("message", (data) => session.receive(JSON.parse(data.toString())));
    webSocket.on("close", () => this.#sessions.delete(webSocket));
  }

  async #answer(incoming, response) {
    const [, kind] = /^\/api\/(query|query_ts|query_at_ts)$/.exec(incoming.url) ?? [];
    if (!kind) return sendJson(response, 404, { code: "NotFound", message: incoming.url });
    if (kind === "query_ts") return sendJson(response, 200, { ts: encodeTimestamp(this.#clock) });
    const { path, args } = JSON.parse(await readBody(incoming));
    const token = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? "")?.[1];
    let identity = null;
    try {
      if (token) identity = await this.#deployment.authenticate(token);
    } catch (error) {
      return sendJson(response, 401, { code: "InvalidAuthHeader", message: error.message });
    }
    const called = await this.#deployment.call("query", path, args, identity, "http");
    if (called.error !== undefined) return sendJson(response, FUNCTION_FAILED, { status: "error", errorMessage: called.error, logLines: [] });
    sendJson(response, 200, { status: "success", value: called.value, logLines: [] });
  }
}
