// The redirect by which Clerk tells an app's server who is signed in: cookies, in a signed token in the address to go back to.
const EXPIRED = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";

/** Where a browser that comes for a handshake is sent. */
export function handshakeTarget(instance, url) {
  const browser = url.searchParams.get("__clerk_db_jwt") || instance.newBrowser();
  const target = new URL(url.searchParams.get("redirect_url"));
  const cookies = [...sessionCookies(instance, instance.clientOf(browser).session), `__clerk_db_jwt=${browser}`];
  // Both forms of each name: a server reads the one, clerk-js may look for the other.
  const handshake = cookies.flatMap((cookie) => [cookie, cookie.replace("=", `_${instance.cookieSuffix}=`)]).map((cookie) => `${cookie}; Path=/; SameSite=Lax`);
  target.searchParams.set("__clerk_handshake", instance.sign({ handshake }));
  return target.href;
}

function sessionCookies(instance, session) {
  if (!session) return [`__session=; ${EXPIRED}`, "__client_uat=0"];
  return [`__session=${instance.sessionToken(session)}`, `__client_uat=${Math.floor(session.startedAt / 1000)}`];
}
