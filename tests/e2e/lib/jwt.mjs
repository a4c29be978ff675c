// RS256 tokens: made by the stand-in for Clerk, checked by the one for Convex.
import { createPublicKey, sign, verify } from "node:crypto";

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part) => JSON.parse(Buffer.from(part, "base64url").toString());

export function signToken(claims, { kid, privateKey }) {
  const signed = `${encode({ alg: "RS256", typ: "JWT", kid })}.${encode(claims)}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
}

/** The parts of a token, with nothing checked. */
export function parseToken(token) {
  const parts = token.split(".");
  if (parts.length !== 3) throw new Error("it is no JWT");
  const [header, claims, signature] = parts;
  return { header: decode(header), claims: decode(claims), signed: `${header}.${claims}`, signature };
}

/** Whether one of a JWKS' keys made the signature. */
export function isSignedBy({ header, signed, signature }, { keys }) {
  const key = keys.find(({ kid }) => kid === header.kid);
  if (header.alg !== "RS256" || !key) return false;
  return verify("RSA-SHA256", Buffer.from(signed), createPublicKey({ key, format: "jwk" }), Buffer.from(signature, "base64url"));
}
