#!/usr/bin/env node
// Stands in for the binary: the same arguments, streams, exit code, and end by a signal.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { locate } = require("../lib/locate.js");

/** The binary's own exit code for what could not run. */
const COULD_NOT_RUN = 2;
/** What asks a program to end. The binary has the last word on each: it may be writing. */
const REQUESTS = ["SIGINT", "SIGTERM", "SIGHUP"];

function fail(error, help) {
  process.stderr.write(`error: ${error}\nhelp: ${help}\n`);
  process.exitCode = COULD_NOT_RUN;
}

function run(binary) {
  let child;
  for (const request of REQUESTS) {
    // Listened to before the child is there: without a listener this process would end first and leave the child behind.
    process.on(request, () => {
      // A console of Windows tells every program on it, and `kill` knows no requests there: it would end the child at once.
      if (process.platform !== "win32") child?.kill(request);
    });
  }
  child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
  child.on("error", (error) => fail(`could not start ${binary}: ${error.message}`, "install convex-clerk again; if it stays like this, please report it"));
  child.on("exit", (code, signal) => (signal ? endBy(signal) : (process.exitCode = code)));
}

/** Ends as the child did, so that a shell or script sees what it would see of the binary. */
function endBy(signal) {
  // For those signals that Node ignores.
  process.exitCode = 128 + constants.signals[signal];
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

const found = locate();
if (found.binary) run(found.binary);
else fail(found.error, found.help);
