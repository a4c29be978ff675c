// One app on disk: laid out, migrated, installed, checked, built, served.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, errorsOf, run, start } from "./processes.mjs";

const INSTALL_LIMIT_MS = 300_000;
const COMMAND_LIMIT_MS = 240_000;
const SERVE_LIMIT_MS = 90_000;
const POLL_MS = 200;

/** What stays from run to run, where all else is laid out anew. */
const PACKAGES = "node_modules";
const LOCK = "package-lock.json";

export class App {
  /** `source` has `before/` and the lock file of the migrated app; `folder` is the copy that is worked on. */
  constructor({ source, folder, framework, variables }) {
    this.source = source;
    this.folder = folder;
    this.framework = framework;
    this.variables = variables;
  }

  /** The plain app, as its author has it; packages that are there stay. */
  layOut() {
    mkdirSync(this.folder, { recursive: true });
    for (const name of readdirSync(this.folder)) if (name !== PACKAGES) rmSync(join(this.folder, name), { recursive: true });
    cpSync(join(this.source, "before"), this.folder, { recursive: true });
  }

  /** In a repository of its own with everything committed, as `--yes` wants it. */
  async migrate(binary) {
    const git = (...args) => this.#run("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...args]);
    await git("init", "--quiet");
    await git("add", "--all");
    await git("commit", "--quiet", "--message=before");
    await this.#run(binary, ["migrate", "--yes", "."]);
  }

  /** Adds the lock file; after the migration, which reads the one of a plain app otherwise. */
  lock() {
    cpSync(join(this.source, LOCK), join(this.folder, LOCK));
  }

  /** Installs by our lock file what the migrated package.json asks for; npm refuses if that is not in there. */
  async install() {
    const state = createHash("sha256").update(this.read(LOCK)).update(this.read("package.json")).digest("hex");
    const stamp = join(this.folder, PACKAGES, ".installed");
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === state) return;
    await this.#run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], INSTALL_LIMIT_MS);
    writeFileSync(stamp, state);
  }

  typeCheck() {
    return this.#run("npm", ["run", "typecheck"]);
  }

  build() {
    return this.#run("npm", ["run", "build"]);
  }

  /** Starts the built app; `{ url, stop, output }` once it answers. */
  async serve() {
    const port = await freePort();
    const server = start("npm", ["run", ...this.framework.serve(port)], { cwd: this.folder, env: this.#environment({ PORT: port }) });
    const url = `http://localhost:${port}`;
    const deadline = Date.now() + SERVE_LIMIT_MS;
    const hasEnded = server.ended.then(() => true);
    while (!(await answers(url))) {
      const isGone = await Promise.race([hasEnded, new Promise((resolve) => setTimeout(resolve, POLL_MS, false))]);
      if (isGone || Date.now() > deadline) {
        await server.stop();
        throw new Error(`the app's server ${isGone ? "ended" : "does not answer"}:\n${errorsOf(server.output())}`);
      }
    }
    return { ...server, url };
  }

  read(file) {
    return readFileSync(join(this.folder, file), "utf8");
  }

  /** Changes a file by `edit`, which has to change something; null takes the file away. */
  change(file, edit) {
    const path = join(this.folder, file);
    if (edit === null) return rmSync(path);
    const text = this.read(file);
    const changed = edit(text);
    if (changed === text) throw new Error(`${file} has nothing to change: is the migration another?`);
    writeFileSync(path, changed);
  }

  #run(command, args, limitMs = COMMAND_LIMIT_MS) {
    return run(command, args, { cwd: this.folder, env: this.#environment(), limitMs });
  }

  /** The machine's environment without what would change a build, and the app's own variables. */
  #environment(extra) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(?:NEXT_|VITE_|CLERK_|CONVEX_|NODE_ENV$|NODE_OPTIONS$|GIT_|npm_)/.test(name));
    return { ...Object.fromEntries(inherited), CI: "1", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null", ...this.variables, ...extra };
  }
}

async function answers(url) {
  try {
    await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(SERVE_LIMIT_MS) });
    return true;
  } catch {
    return false;
  }
}
