// The stand-in for Clerk on loopback: its Frontend API, with clerk-js and its components from npm, over TLS; its Backend API over HTTP.
import { readFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer as createTlsServer, request } from "node:https";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "selfsigned";
import { listen, readBody, sendJson } from "../http.mjs";
import { frontendApi } from "./frontend-api.mjs";
import { handshakeTarget } from "./handshake.mjs";
import { ClerkInstance, HOST } from "./instance.mjs";

const SCRIPT = /^\/npm\/(@clerk\/(?:clerk-js|ui))@(\d+)[^/]*\/(dist\/[\w.-]+\.js)$/;

export class Clerk {
  instance = new ClerkInstance();
  /** Calls that the stand-in doesn't know: each is a hole in it. */
  unknown = [];
  #servers = [];

  static async start() {
    const clerk = new Clerk();
    clerk.certificate = await generate([{ name: "commonName", value: HOST }], {
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: HOST }] }, { name: "basicConstraints", cA: true }],
    });
    const { private: key, cert } = clerk.certificate;
    const frontend = createTlsServer({ key, cert }, clerk.#answering((...call) => clerk.#frontend(...call)));
    const backend = createHttpServer(clerk.#answering((...call) => clerk.#backend(...call)));
    clerk.#servers = [frontend, backend];
    clerk.frontendPort = await listen(frontend);
    clerk.backendUrl = `http://127.0.0.1:${await listen(backend)}`;
    return clerk;
  }

  /** What the Frontend API answers to a GET, with the certificate checked: how Convex gets the keys of an issuer. */
  async getJson(url) {
    const { hostname, pathname } = new URL(url);
    if (hostname !== HOST) throw new Error(`${hostname} does not answer`);
    const options = { host: "127.0.0.1", port: this.frontendPort, path: pathname, servername: HOST, ca: this.certificate.cert, headers: { host: HOST } };
    const response = await new Promise((resolve, reject) => request(options, resolve).on("error", reject).end());
    return JSON.parse(await readBody(response));
  }

  stop() {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  #answering(handler) {
    return (incoming, response) => {
      const url = new URL(incoming.url, `https://${HOST}`);
      handler(incoming, response, url).catch((error) => {
        this.unknown.push(`${incoming.method} ${url.pathname}: ${error.message}`);
        sendJson(response, 500, { errors: [{ message: error.message }] });
      });
    };
  }

  async #frontend(incoming, response, url) {
    // The app is on another origin, and sends Clerk's cookies.
    response.setHeader("access-control-allow-origin", incoming.headers.origin ?? "*");
    response.setHeader("access-control-allow-credentials", "true");
    response.setHeader("access-control-expose-headers", "authorization");
    if (incoming.method === "OPTIONS") return preflight(incoming, response);
    const script = SCRIPT.exec(url.pathname);
    if (script) return sendScript(response, ...script.slice(1));
    if (url.pathname === "/v1/client/handshake") return response.writeHead(307, { location: handshakeTarget(this.instance, url) }).end();
    const parameters = new URLSearchParams(await readBody(incoming));
    // A browser asks nobody for leave to POST: that is how clerk-js sends the other methods.
    const method = url.searchParams.get("_method") ?? incoming.method;
    this.#send(response, method, url, frontendApi(this.instance, { method, url, parameters }));
  }

  async #backend(incoming, response, url) {
    if (incoming.headers.authorization !== `Bearer ${this.instance.secretKey}`) return sendJson(response, 401, { errors: [{ message: "another secret key" }] });
    this.#send(response, incoming.method, url, backendApi(this.instance, incoming.method, url));
  }

  #send(response, method, url, answer) {
    if (answer) return sendJson(response, answer.status, answer.body);
    this.unknown.push(`${method} ${url.pathname}`);
    sendJson(response, 404, { errors: [{ code: "resource_not_found", message: `${method} ${url.pathname}` }] });
  }
}

/** The calls that the server of an app makes. */
function backendApi(instance, method, url) {
  return method === "GET" && url.pathname === "/v1/jwks" ? { status: 200, body: instance.jwks } : undefined;
}

function preflight(incoming, response) {
  response.writeHead(204, {
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
    "access-control-allow-headers": incoming.headers["access-control-request-headers"] ?? "",
  });
  response.end();
}

/** A file of the package as npm has it, if it is of the line that is asked for. */
async function sendScript(response, name, major, file) {
  const folder = join(dirname(fileURLToPath(import.meta.url)), "../../node_modules", name);
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (version.split(".")[0] !== major) throw new Error(`${name} ${major} is asked for, ${version} is installed`);
  response.writeHead(200, { "content-type": "text/javascript" }).end(await readFile(join(folder, file)));
}
