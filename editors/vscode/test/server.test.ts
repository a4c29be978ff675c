import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { test } from "node:test";

import { type Found, type Surroundings, findServer } from "../src/server";

const APP = resolve("/app");
const HOME = resolve("/home/me");
const BIN = resolve("/usr/bin");
const GNU = "@convex-clerk/linux-x64-gnu/convex-clerk";

/** What is found where these files can be run, and nothing else is set. */
function find(files: string[], changes: Partial<Surroundings> = {}): Found {
  return findServer({
    setting: "",
    trusted: true,
    folders: [APP],
    path: [BIN],
    home: HOME,
    machine: { os: "linux", cpu: "x64" },
    isExecutable: (file) => files.includes(file),
    realpath: (folder) => folder,
    ...changes,
  });
}

const inApp = (...parts: string[]) => join(APP, "node_modules", ...parts);
const onPath = join(BIN, "convex-clerk");

test("the setting comes first, then the workspace's package, then PATH", () => {
  const all = [join(HOME, "cc"), inApp(GNU), onPath];
  assert.deepEqual(find(all, { setting: "~/cc" }), { command: join(HOME, "cc"), from: "setting" });
  assert.deepEqual(find(all), { command: inApp(GNU), from: "workspace" });
  assert.deepEqual(find([onPath]), { command: onPath, from: "path" });
});

test("a setting that leads nowhere is told, not passed over", () => {
  const found = find([onPath], { setting: "/gone/convex-clerk" });
  assert.match("problem" in found ? found.problem : "", /setting convexClerk\.server\.path says \/gone\/convex-clerk/);
});

test("a relative setting means the first folder, if that is trusted", () => {
  const file = join(APP, "tools/cc");
  assert.deepEqual(find([file], { setting: "tools/cc" }), { command: file, from: "setting" });
  assert.ok("problem" in find([file], { setting: "tools/cc", trusted: false }));
});

test("the package is found beside the launcher, in it, and where pnpm keeps it", () => {
  const nested = inApp("convex-clerk/node_modules", GNU);
  assert.deepEqual(find([nested]), { command: nested, from: "workspace" });
  const store = inApp(".pnpm/convex-clerk@0.1.0/node_modules");
  const realpath = (folder: string) => (folder === inApp("convex-clerk") ? join(store, "convex-clerk") : folder);
  assert.deepEqual(find([join(store, GNU)], { realpath }), { command: join(store, GNU), from: "workspace" });
});

test("only a package for this machine is taken; of those for two C libraries, the one that is there", () => {
  const musl = inApp("@convex-clerk/linux-x64-musl/convex-clerk");
  const arm = inApp("@convex-clerk/linux-arm64-gnu/convex-clerk");
  assert.deepEqual(find([musl, arm]), { command: musl, from: "workspace" });
  assert.ok("problem" in find([arm]));
  const exe = inApp("@convex-clerk/win32-x64/convex-clerk.exe");
  assert.deepEqual(find([exe], { machine: { os: "win32", cpu: "arm64" } }), { command: exe, from: "workspace" });
});

test("every folder of the workspace is looked at", () => {
  const file = resolve("/other/node_modules", GNU);
  assert.deepEqual(find([file], { folders: [APP, resolve("/other")] }), { command: file, from: "workspace" });
});

test("nothing of an untrusted workspace is taken, by PATH and links neither", () => {
  const inside = inApp(".bin/convex-clerk");
  const linked = resolve("/link/convex-clerk");
  const untrusted = {
    trusted: false,
    path: [inApp(".bin"), resolve("/link"), "node_modules/.bin", "."],
    realpath: (folder: string) => (folder === resolve("/link") ? inApp(".bin") : folder),
  };
  const all = [inApp(GNU), inside, linked, join("node_modules/.bin", "convex-clerk"), "convex-clerk"];
  const found = find(all, untrusted);
  assert.match("problem" in found ? found.problem : "", /not trusted/);
  assert.deepEqual(find([...all, onPath], { ...untrusted, path: [...untrusted.path, BIN] }), { command: onPath, from: "path" });
  assert.deepEqual(find(all, { ...untrusted, trusted: true, folders: [] }), { command: inside, from: "path" });
});

test("a folder that only begins like the workspace's is not in it", () => {
  const file = resolve("/app-tools/convex-clerk");
  assert.deepEqual(find([file], { trusted: false, path: [resolve("/app-tools")] }), { command: file, from: "path" });
});

test("on Windows, what npm installs globally is found beside its script", () => {
  const file = join(BIN, "node_modules/@convex-clerk/win32-x64/convex-clerk.exe");
  assert.deepEqual(find([join(BIN, "convex-clerk"), file], { machine: { os: "win32", cpu: "x64" } }), { command: file, from: "path" });
});

test("without any, it is said what to do", () => {
  const found = find([]);
  assert.match("problem" in found ? found.problem : "", /npm install --save-dev convex-clerk.*convexClerk\.server\.path/);
});
