// What Convex makes of a token: the app's own auth.config, as the deployment reads it, and the checks of its backend.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { isSignedBy, parseToken } from "../jwt.mjs";

/** The providers that the app's auth.config names, read as at a push: with the variables of the deployment, each of which has to be set. */
export async function loadProviders(functions, environment) {
  const file = join(functions, "auth.config.ts");
  if (!existsSync(file)) return [];
  const { outputFiles } = await build({ entryPoints: [file], bundle: true, write: false, format: "cjs", platform: "neutral" });
  const env = new Proxy(environment, {
    get(all, name) {
      if (name in all) return all[name];
      throw new Error(`the push is refused: auth.config reads ${String(name)}, which is not set on the deployment`);
    },
  });
  const module = { exports: {} };
  runInNewContext(outputFiles[0].text, { module, exports: module.exports, process: { env } });
  return module.exports.default.providers;
}

/** The identity that a token proves; throws the reason where it proves none. */
export async function authenticate(token, providers, getJson) {
  const parsed = parseToken(token);
  const { iss, aud, exp, sub } = parsed.claims;
  const ofIssuer = providers.filter(({ domain }) => issuerOf(domain) === iss);
  const known = providers.map(({ domain }) => issuerOf(domain)).join(", ") || "nobody";
  if (ofIssuer.length === 0) throw new Error(`iss is ${iss}, auth.config knows ${known}`);
  const wanted = ofIssuer.map(({ applicationID }) => applicationID);
  if (![aud].flat().some((audience) => wanted.includes(audience))) throw new Error(`aud is ${aud}, auth.config wants ${wanted.join(" or ")}`);
  if (!isSignedBy(parsed, await keysOf(iss, getJson))) throw new Error(`no key of ${iss} made the signature`);
  const late = Math.floor(Date.now() / 1000) - exp;
  if (late >= 0) throw new Error(`the token expired ${late} s ago`);
  return { subject: sub, issuer: iss, tokenIdentifier: `${iss}|${sub}` };
}

async function keysOf(issuer, getJson) {
  const { jwks_uri } = await getJson(`${issuer}/.well-known/openid-configuration`);
  return getJson(jwks_uri);
}

function issuerOf(domain) {
  const trimmed = domain.replace(/^\/+|\/+$/g, "");
  return /^https?:\/\//.test(trimmed) ? trimmed : `https://${trimmed}`;
}
