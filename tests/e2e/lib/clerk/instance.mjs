// A made-up instance of Clerk: its keys, its one user, and who is signed in.
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { signToken } from "../jwt.mjs";

export const HOST = "verb-noun-00.clerk.accounts.dev";
const KID = "ins_madeup";

export const USER = { id: "user_madeup", email: "ada@example.com", password: "correct horse battery staple" };

/** What a session's token is made of; a control may make it otherwise. */
const TOKENS = { audience: "convex", lifetimeSeconds: 60, isForged: false };

export class ClerkInstance {
  publishableKey = `pk_test_${Buffer.from(`${HOST}$`).toString("base64")}`;
  secretKey = `sk_test_madeup${randomBytes(12).toString("hex")}`;
  /** What Clerk appends to the names of its cookies. */
  cookieSuffix = createHash("sha1").update(this.publishableKey).digest("base64url").slice(0, 8);
  /** Browser -> what Clerk calls its client: the attempt to sign in, and the session. */
  clients = new Map();
  tokens = TOKENS;
  #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  /** Of somebody who has no access to the instance, but names its key. */
  #forgersKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });

  /** Everybody is signed out, and tokens are made with these changes. */
  reset(tokens = {}) {
    this.clients.clear();
    this.tokens = { ...TOKENS, ...tokens };
  }

  get jwks() {
    return { keys: [{ ...this.#keys.publicKey.export({ format: "jwk" }), kid: KID, alg: "RS256", use: "sig" }] };
  }

  newBrowser() {
    return `dvb_${randomBytes(12).toString("hex")}`;
  }

  clientOf(browser) {
    if (!this.clients.has(browser)) this.clients.set(browser, { id: `client_${browser}`, signIn: null, session: null });
    return this.clients.get(browser);
  }

  startSession(client) {
    const now = Date.now();
    client.session = { id: `sess_${randomBytes(8).toString("hex")}`, startedAt: now };
    return client.session;
  }

  /** The session's own token, with the claims that Clerk's integration with Convex adds. */
  sessionToken(session) {
    const now = Math.floor(Date.now() / 1000);
    const { audience, lifetimeSeconds, isForged } = this.tokens;
    // An expired token was made in the past: `iat` stays before `exp`.
    const issuedAt = Math.min(now, now + lifetimeSeconds - 60);
    const claims = {
      iss: `https://${HOST}`, sub: USER.id, sid: session.id, aud: audience, email: USER.email,
      iat: issuedAt, nbf: issuedAt - 10, exp: now + lifetimeSeconds,
      jti: randomBytes(10).toString("hex"), v: 2, sts: "active", fva: [0, -1],
    };
    return isForged ? signToken(claims, { kid: KID, privateKey: this.#forgersKeys.privateKey }) : this.sign(claims);
  }

  sign(claims) {
    return signToken(claims, { kid: KID, privateKey: this.#keys.privateKey });
  }
}
