// Builds `before/` and `before/` + `after/` of the React Router and TanStack Start fixtures marked `build = true`, and asks the built servers
// for "/", offline: anonymously, as a browser on its first visit, and with a session.
//   node server-build.mjs [--fixtures DIR] [--only GLOB] [--self-test]
// --self-test: broken sample apps must fail for the expected reason.
import { generateKeyPairSync, sign } from "node:crypto";
import { cpSync } from "node:fs";
import { dirname } from "node:path";
import { SAMPLES } from "./stubs/server-samples.mjs";
import {
  HERE, Report, STUBS, appsWith, commandOf, completeProject, environmentWith, existsSync, findFixtures, inParallel, join, mkdirSync, overlay,
  packagesOf, parseArgs, readFileSync, readJson, runNode, scratchFolder, writeFileSync,
} from "./lib.mjs";

const JOBS = 2;
const BUILD_LIMIT_MS = 300_000;
const SERVE_LIMIT_MS = 60_000;
const TEXT_SHOWN = 200;
/** framework -> the package that marks an app, how it is built, its server, and its page where there is no server. */
const FRAMEWORKS = {
  "react-router": { marker: "@react-router/dev", build: ["@react-router/dev", "react-router"], server: "build/server/index.js", page: "build/client/index.html" },
  "tanstack-start": { marker: "@tanstack/react-start", build: ["vite", "vite"], server: "dist/server/server.js" },
};

// ---- a made-up instance of Clerk, with a session ----

const CLERK_HOST = "verb-noun-00.clerk.accounts.dev";
const USER = "user_madeup";
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const now = Math.floor(Date.now() / 1000);
const TOKEN = sessionToken({ iss: `https://${CLERK_HOST}`, sub: USER, sid: "sess_madeup", iat: now - 10, nbf: now - 10, exp: now + 3600, v: 2, sts: "active" });
const BROWSER = { accept: "text/html", "sec-fetch-dest": "document" };
/** Without `accept`, no browser asks: Clerk answers at once, with nobody signed in. */
const REQUESTS = {
  anonymous: {},
  "first visit": BROWSER,
  "signed in": { ...BROWSER, cookie: `__session=${TOKEN}; __client_uat=${now - 60}; __clerk_db_jwt=dvb_madeup` },
};
/** React Router installs isbot where no package.json lists it: npm finds nothing to install. */
const NO_INSTALLS = { CI: "1", npm_config_offline: "true", npm_config_cache: join(HERE, ".work/npm-nothing") };
const ENVIRONMENT = environmentWith({
  ...NO_INSTALLS,
  VITE_CONVEX_URL: "https://happy-otter-1.convex.cloud", CONVEX_URL: "https://happy-otter-1.convex.cloud",
  VITE_CLERK_PUBLISHABLE_KEY: `pk_test_${Buffer.from(`${CLERK_HOST}$`).toString("base64")}`,
  CLERK_SECRET_KEY: "sk_test_made-up", CLERK_TELEMETRY_DISABLED: "1",
});
/** The key that the session is checked with is only there to run: else the server would ask Clerk for it. */
const SERVING = { ...ENVIRONMENT, NODE_ENV: "production", CLERK_JWT_KEY: publicKey.export({ type: "spki", format: "pem" }) };

function sessionToken(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", typ: "JWT", kid: "ins_madeup" })}.${part(claims)}`;
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), privateKey).toString("base64url")}`;
}

// ---- one app ----

const args = parseArgs(process.argv.slice(2), { switches: ["self-test"] });
const report = new Report();

/** Builds and asks every app below `root`: per app its answers, or `broken`. */
async function tryApps(root, framework, packages) {
  completeProject(root);
  const apps = appsWith(root, FRAMEWORKS[framework].marker);
  if (apps.length === 0) return [{ broken: `no package.json lists ${FRAMEWORKS[framework].marker}` }];
  const tried = [];
  for (const app of apps) tried.push(await tryApp(app, FRAMEWORKS[framework], packages));
  return tried;
}

async function tryApp(app, { build, server, page }, packages) {
  const built = await runNode([commandOf(packages, ...build), "build"], { cwd: app, env: ENVIRONMENT, limit: BUILD_LIMIT_MS });
  if (built.failed) return { broken: `${build[1]} build ${built.failed}` };
  if (!existsSync(join(app, server))) {
    const isPage = page && existsSync(join(app, page));
    return isPage ? { page: readFileSync(join(app, page), "utf8") } : { broken: `the build has made no ${server}` };
  }
  const job = join(app, ".serve.json");
  writeFileSync(job, JSON.stringify({ server: join(app, server), requests: REQUESTS }));
  cpSync(join(STUBS, "serve.mjs"), join(app, ".serve.mjs"));
  const served = await runNode([join(app, ".serve.mjs"), job], { cwd: app, env: SERVING, limit: SERVE_LIMIT_MS });
  if (served.failed) return { broken: `the server ${served.failed}` };
  return { answers: readJson(`${job}.answers`), log: served.output };
}

/** What is wrong with the built `after`, given the built `before`. */
function judge(before, after, framework, shown) {
  const broken = [...before.map(({ broken }) => broken && `before: ${broken}`), ...after.map(({ broken }) => broken && `after: ${broken}`)].filter(Boolean);
  if (broken.length > 0) return broken;
  return after.flatMap((app, index) => (app.page ? judgePage(before[index].page, app.page) : judgeAnswers(before[index], app, framework, shown)));
}

function judgePage(before, after) {
  return textOf(before ?? "") === textOf(after) ? [] : [`the text of the page changed: ${quote(before ?? "")} became ${quote(after)}`];
}

function judgeAnswers({ answers: before, log: said }, { answers, log }, framework, shown) {
  if (before?.anonymous.status !== 200) return [`before: "/" answers ${before?.anonymous.status}, nothing to compare with: ${firstError(said ?? "")}`];
  const problems = [];
  for (const name of ["anonymous", "signed in"]) {
    const { status, body } = answers[name];
    if (status !== 200) problems.push(`${name}: "/" answers ${status}: ${firstError(log)}`);
    // `anonymous = "Sign in"` of case.toml: behind gates the page shows just that.
    else if (shown?.[name] !== undefined) {
      if (textOf(body) !== shown[name]) problems.push(`${name}: the page shows ${quote(body)}, not ${JSON.stringify(shown[name])}`);
    } else if (textOf(body) !== textOf(before[name].body)) {
      problems.push(`${name}: the text of the page changed: ${quote(before[name].body)} became ${quote(body)}`);
    }
  }
  const { status, headers } = answers["first visit"];
  const target = `https://${CLERK_HOST}/v1/client/handshake`;
  if (status !== 307 || !headers.location?.startsWith(target)) problems.push(`first visit: a browser is not sent to Clerk, "/" answers ${status}`);
  const signedIn = answers["signed in"];
  if (signedIn.status === 200 && !signedIn.body.includes(USER)) problems.push("signed in: the page doesn't tell the browser who is signed in");
  for (const [name, { asked }] of Object.entries(answers)) {
    for (const { url } of asked) if (!url.includes(".convex.cloud/")) problems.push(`${name}: the server asked ${url}`);
  }
  const queries = signedIn.asked.filter(({ url }) => /\.convex\.cloud\/api\/query(?:_at_ts)?$/.test(url));
  if (framework === "tanstack-start" && queries.some(({ authorization }) => authorization !== `Bearer ${TOKEN}`)) {
    problems.push("signed in: a query of the server goes to Convex without the session's token");
  }
  return problems;
}

/** What a reader sees of the page. */
function textOf(html) {
  const body = /<body[^>]*>([\s\S]*)/i.exec(html)?.[1] ?? html;
  return body.replace(/<(script|style|template|noscript)\b[\s\S]*?<\/\1>/gi, "").replace(/<!--[\s\S]*?-->/g, "").replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
}

function quote(html) {
  const text = textOf(html);
  return JSON.stringify(text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}...` : text);
}

function firstError(log) {
  return log.split("\n").find((line) => /error/i.test(line))?.trim() ?? "the server's log names no error";
}

// ---- the two modes ----

async function check(fixture) {
  if (fixture.problems.length > 0) return fixture.problems;
  if (!fixture.after) return ["build = true, but there is no after/"];
  const packages = packagesOf(fixture);
  const framework = fixture.id.split("/")[0];
  const folder = (side) => join(scratchFolder("server", packages), fixture.id, side);
  const before = await tryApps(overlay(folder("before"), fixture.before), framework, packages);
  const shown = { anonymous: fixture.info.anonymous, "signed in": fixture.info["signed-in"] };
  return judge(before, await tryApps(overlay(folder("after"), fixture.before, fixture.after), framework, packages), framework, shown);
}

async function selfTest() {
  const write = (root, files) => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return root;
  };
  let tests = 0;
  await inParallel(Object.entries(SAMPLES), JOBS, async ([framework, { packages, before, after, broken }]) => {
    const below = join(scratchFolder("server", packages), "self-test");
    const plain = await tryApps(write(join(below, "before"), before), framework, packages);
    for (const { name, files, expected } of [{ name: "whole", files: {} }, ...broken]) {
      tests++;
      const wanted = Object.entries({ ...before, ...after, ...files }).filter(([, text]) => text !== undefined);
      const root = write(join(below, name.replace(/\W+/g, "-")), Object.fromEntries(wanted));
      const found = judge(plain, await tryApps(root, framework, packages), framework);
      const id = `${framework}/${name}`;
      if (!expected) {
        report.result(id, found);
        continue;
      }
      const noticed = found.find((problem) => expected.test(problem));
      if (noticed) console.log(`noticed ${id}: ${noticed}`);
      report.result(id, noticed ? [] : [`expected ${expected}, found ${found.length > 0 ? found.join(" | ") : "nothing wrong"}`]);
    }
  });
  return tests;
}

async function main() {
  if (args["self-test"]) return selfTest();
  const fixtures = findFixtures(args).filter(({ id, info }) => id.split("/")[0] in FRAMEWORKS && info.build === true);
  await inParallel(fixtures, JOBS, async (fixture) => report.result(fixture.id, await check(fixture)));
  return fixtures.length;
}

report.end(await main());
