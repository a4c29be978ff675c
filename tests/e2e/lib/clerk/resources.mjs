// What Clerk's Frontend API says of a client, its session and its user.
import { USER } from "./instance.mjs";

const DAY = 86_400_000;

export function clientResource(instance, client) {
  const { session } = client;
  return {
    object: "client",
    id: client.id,
    sessions: session ? [sessionResource(instance, session)] : [],
    sign_in: signInResource(client),
    sign_up: null,
    last_active_session_id: session?.id ?? null,
    last_authentication_strategy: null,
    cookie_expires_at: null,
    captcha_bypass: true,
    created_at: Date.now(),
    updated_at: Date.now(),
  };
}

export function sessionResource(instance, session) {
  return {
    object: "session",
    id: session.id,
    status: "active",
    expire_at: session.startedAt + 7 * DAY,
    abandon_at: session.startedAt + 30 * DAY,
    last_active_at: Date.now(),
    last_active_token: { object: "token", jwt: instance.sessionToken(session) },
    last_active_organization_id: null,
    actor: null,
    tasks: null,
    factor_verification_age: [0, -1],
    user: userResource(),
    public_user_data: { first_name: "Ada", last_name: null, image_url: "", has_image: false, identifier: USER.email, user_id: USER.id },
    created_at: session.startedAt,
    updated_at: Date.now(),
  };
}

function userResource() {
  const verification = { object: "verification", status: "verified", strategy: "email_code", attempts: 1, expire_at: null };
  const email = { object: "email_address", id: "idn_madeup", email_address: USER.email, verification, linked_to: [] };
  return {
    object: "user",
    id: USER.id,
    first_name: "Ada",
    last_name: null,
    username: null,
    image_url: "",
    has_image: false,
    primary_email_address_id: email.id,
    email_addresses: [email],
    phone_numbers: [],
    web3_wallets: [],
    external_accounts: [],
    enterprise_accounts: [],
    passkeys: [],
    organization_memberships: [],
    password_enabled: true,
    two_factor_enabled: false,
    totp_enabled: false,
    backup_code_enabled: false,
    public_metadata: {},
    unsafe_metadata: {},
    created_at: 0,
    updated_at: 0,
  };
}

export function signInResource({ signIn }) {
  if (!signIn) return null;
  return {
    object: "sign_in",
    id: signIn.id,
    status: signIn.sessionId ? "complete" : "needs_first_factor",
    identifier: USER.email,
    supported_identifiers: ["email_address"],
    supported_first_factors: [{ strategy: "password" }],
    supported_second_factors: null,
    first_factor_verification: null,
    second_factor_verification: null,
    user_data: { first_name: "Ada", last_name: null, image_url: "", has_image: false },
    created_session_id: signIn.sessionId ?? null,
  };
}
