// The calls of Clerk's Frontend API that an app makes which signs in, reloads and signs out.
import { randomBytes } from "node:crypto";
import { ENVIRONMENT } from "./environment.mjs";
import { HOST, USER } from "./instance.mjs";
import { clientResource, sessionResource, signInResource } from "./resources.mjs";

const SESSION = /^\/v1\/client\/sessions\/(?<session>[^/]+)/.source;

/** Method, path, and what answers: a body, or `{ status, body }`. Paths that name a session are of the client's own. */
const ROUTES = [
  // It is how clerk-js gets the environment of a development instance.
  ["PATCH", /^\/v1\/environment$/, () => ENVIRONMENT],
  ["POST", /^\/v1\/dev_browser$/, ({ instance }) => ({ id: instance.newBrowser() })],
  ["GET", /^\/v1\/client$/, ({ instance, client }) => ({ response: clientResource(instance, client), client: null })],
  ["POST", /^\/v1\/client\/sign_ins$/, startSignIn],
  ["POST", /^\/v1\/client\/sign_ins\/[^/]+\/attempt_first_factor$/, attemptPassword],
  ["POST", new RegExp(`${SESSION}/touch$`), touch],
  ["POST", new RegExp(`${SESSION}/tokens(?:/convex)?$`), ({ instance, client }) => ({ object: "token", jwt: instance.sessionToken(client.session) })],
  ["DELETE", /^\/v1\/client\/sessions$/, endSession],
  ["GET", /^\/\.well-known\/jwks\.json$/, ({ instance }) => instance.jwks],
  ["GET", /^\/\.well-known\/openid-configuration$/, () => ({ issuer: `https://${HOST}`, jwks_uri: `https://${HOST}/.well-known/jwks.json` })],
];

/** `{ status, body }` for a call, undefined for one that isn't known. */
export function frontendApi(instance, { method, url, parameters }) {
  for (const [verb, path, answer] of ROUTES) {
    const match = verb === method && path.exec(url.pathname);
    if (!match) continue;
    const client = instance.clientOf(url.searchParams.get("__clerk_db_jwt"));
    const session = match.groups?.session;
    if (session && client.session?.id !== session) return failed(404, "resource_not_found", `no session ${session}`);
    const answered = answer({ instance, client, parameters });
    return answered.status ? answered : { status: 200, body: answered };
  }
  return undefined;
}

function enveloped(instance, client, response) {
  return { response, client: clientResource(instance, client) };
}

function failed(status, code, message) {
  return { status, body: { errors: [{ code, message, long_message: message, meta: {} }] } };
}

function startSignIn({ instance, client, parameters }) {
  const identifier = parameters.get("identifier");
  if (identifier !== USER.email) return failed(422, "form_identifier_not_found", `no user ${identifier}`);
  client.signIn = { id: `sia_${randomBytes(8).toString("hex")}` };
  return enveloped(instance, client, signInResource(client));
}

function attemptPassword({ instance, client, parameters }) {
  if (parameters.get("password") !== USER.password) return failed(422, "form_password_incorrect", "another password");
  client.signIn.sessionId = instance.startSession(client).id;
  const done = signInResource(client);
  client.signIn = null;
  return enveloped(instance, client, done);
}

function touch({ instance, client }) {
  return enveloped(instance, client, sessionResource(instance, client.session));
}

function endSession({ instance, client }) {
  const ended = { ...sessionResource(instance, client.session), status: "removed" };
  client.session = null;
  return enveloped(instance, client, ended);
}
