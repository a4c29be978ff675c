import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(__dirname, "..");

/** The names in a zip archive, from its central directory. */
function names(archive: Buffer): string[] {
  const end = archive.lastIndexOf("PK\x05\x06", undefined, "latin1");
  const found: string[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset)) as [number, number, number];
    found.push(archive.toString("utf8", at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return found.sort();
}

test("the packed extension holds what it needs, and nothing else", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "convex-clerk-vsix-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "convex-clerk.vsix");
  execFileSync(process.execPath, ["scripts/package.mjs", file], { cwd: ROOT, stdio: "pipe" });
  assert.deepEqual(names(readFileSync(file)), [
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE.txt",
    "extension/changelog.md",
    "extension/dist/extension.js",
    "extension/dist/licenses.txt",
    "extension/icon.png",
    "extension/package.json",
    "extension/readme.md",
  ]);
  const licences = readFileSync(join(ROOT, "dist/licenses.txt"), "utf8");
  assert.match(licences, /^vscode-languageclient \d/m);
});
