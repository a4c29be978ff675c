// Makes the folders that are published to npm: the launcher, and for each binary that is there a package for its platform.
//   node npm/build.mjs BINARIES OUT [--all]
// BINARIES holds <rust target>/<binary>. With --all, as for a release, a binary that is missing ends it.
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);
/** npm packs a LICENSE by itself, but none of two. */
const LICENSES = ["LICENSE-MIT", "LICENSE-APACHE"];

/** One entry for each platform; what else there is follows from it, or is checked against it. */
export const platforms = JSON.parse(readFileSync(join(HERE, "platforms.json"), "utf8"));

/** What all packages have in common: the workspace's own facts. */
function shared() {
  const section = /^\[workspace\.package\]\n((?:(?!\[).*\n)*)/m.exec(readFileSync(join(ROOT, "Cargo.toml"), "utf8"))?.[1] ?? "";
  const fact = (name) => {
    const value = new RegExp(`^${name} = "(.+)"$`, "m").exec(section)?.[1];
    if (!value) throw new Error(`no ${name} in [workspace.package] of Cargo.toml`);
    return value;
  };
  // npm wants SPDX with brackets around a choice.
  return { version: fact("version"), license: `(${fact("license")})`, repository: { type: "git", url: `git+${fact("repository")}.git` } };
}

/** The launcher's package.json. The versions are exact: a launcher never runs another version's binary. */
export function launcherManifest() {
  const facts = shared();
  const { name, ...rest } = JSON.parse(readFileSync(join(HERE, "convex-clerk/package.json"), "utf8"));
  const optionalDependencies = Object.fromEntries(platforms.map((platform) => [platform.package, facts.version]));
  return { name, ...facts, ...rest, files: [...rest.files, ...LICENSES], optionalDependencies };
}

/** The package.json of a platform's package. */
export function platformManifest({ package: name, target, os, cpu, libc, binary }) {
  const filter = { os: [os], cpu, ...(libc && { libc: [libc] }) };
  const description = `The binary of convex-clerk for ${target}`;
  // Yarn keeps packages zipped, where no binary can be started.
  return { name, ...shared(), description, ...filter, files: [binary, ...LICENSES], preferUnplugged: true };
}

/** Writes the packages to `out/<name>` and returns their folders, the launcher's last: what it depends on is published first. */
export function build(binaries, out, { all = false } = {}) {
  rmSync(out, { recursive: true, force: true });
  const found = platforms.filter(({ target, binary }) => existsSync(join(binaries, target, binary)));
  const missing = platforms.filter((platform) => !found.includes(platform)).map(({ target }) => target);
  if (found.length === 0 || (all && missing.length > 0)) throw new Error(`no binary for ${missing.join(", ")} in ${binaries}`);
  const folders = found.map((platform) => {
    const folder = start(out, platformManifest(platform));
    copyFileSync(join(binaries, platform.target, platform.binary), join(folder, platform.binary));
    // Storage between the jobs of a release forgets modes.
    chmodSync(join(folder, platform.binary), 0o755);
    const text = `# ${platform.package}\n\nThe binary of convex-clerk for \`${platform.target}\`. Install \`convex-clerk\`, which brings the right one.\n`;
    writeFileSync(join(folder, "README.md"), text);
    return folder;
  });
  const launcher = start(out, launcherManifest());
  for (const name of ["bin", "lib"]) cpSync(join(HERE, "convex-clerk", name), join(launcher, name), { recursive: true });
  copyFileSync(join(HERE, "platforms.json"), join(launcher, "platforms.json"));
  copyFileSync(join(ROOT, "README.md"), join(launcher, "README.md"));
  return [...folders, launcher];
}

/** A package's folder with what each has. */
function start(out, manifest) {
  const folder = join(out, manifest.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const license of LICENSES) copyFileSync(join(ROOT, license), join(folder, license));
  return folder;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [binaries, out, ...flags] = process.argv.slice(2);
  if (!out || flags.some((flag) => flag !== "--all")) {
    console.error("usage: node npm/build.mjs BINARIES OUT [--all]");
    process.exit(2);
  }
  try {
    for (const folder of build(resolve(binaries), resolve(out), { all: flags.includes("--all") })) console.log(folder);
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 2;
  }
}
