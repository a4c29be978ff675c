// Finds the binary: npm installs, of the optional packages, the one whose os, cpu and libc are this machine's.
"use strict";

const platforms = require("../platforms.json");
const { version, repository } = require("../package.json");

/** The packages whose binary runs on a machine, the best first. */
function fitting({ os, cpu, libc }) {
  const sameMachine = platforms.filter((platform) => platform.os === os && platform.cpu.includes(cpu));
  // The build for musl is static and runs with glibc too; the build for glibc runs with glibc only.
  const sameLibc = sameMachine.filter((platform) => platform.libc === undefined || platform.libc === libc);
  return libc === "glibc" ? [...new Set([...sameLibc, ...sameMachine])] : sameLibc;
}

/** This machine, in npm's words. */
function machine() {
  const { platform: os, arch: cpu } = process;
  if (os !== "linux") return { os, cpu };
  // Node tells which glibc it runs with; one that was built for musl has none to tell.
  return { os, cpu, libc: process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl" };
}

function resolve(platform) {
  try {
    return require.resolve(`${platform.package}/${platform.binary}`);
  } catch {
    return undefined;
  }
}

/** The path of the binary, or why there is none and what to do. */
function locate() {
  const here = machine();
  const packages = fitting(here);
  if (packages.length === 0) {
    const known = platforms.map((platform) => platform.package.replace("@convex-clerk/", "")).join(", ");
    return {
      error: `there is no build of convex-clerk for ${Object.values(here).join(" ")}, only for ${known}`,
      help: `with Rust, build it: cargo install --git ${repository.url.replace(/^git\+/, "")} convex-clerk`,
    };
  }
  const binary = packages.map(resolve).find(Boolean);
  if (binary) return { binary };
  const [wanted] = packages;
  const other = platforms.find(resolve);
  const why = other
    ? `; ${other.package} is: node_modules comes from another platform`
    : ": optional packages were left out, or the lock file was made without it";
  return {
    error: `${wanted.package}, the package that holds the binary for this machine, is not installed${why}`,
    help:
      "install again on this machine, with optional packages (without `--omit=optional`, `--no-optional`); " +
      `if it is left out still, delete node_modules and the lock file first, or add it by name: npm install --save-dev ${wanted.package}@${version}`,
  };
}

module.exports = { fitting, locate, machine };
