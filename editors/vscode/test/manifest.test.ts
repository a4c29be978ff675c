import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import manifest from "../package.json";
import { DOCUMENTS, INSTALL_PAGE } from "../src/client";
import { SERVER_COMMANDS } from "../src/commands";

const ROOT = join(__dirname, "..");
const PROJECT = join(ROOT, "../..");
const text = (...parts: string[]) => readFileSync(join(...parts), "utf8");
const sources = readdirSync(join(ROOT, "src"))
  .map((file) => text(ROOT, "src", file))
  .join("\n");
const settings: Record<string, { scope: string; enum?: (string | null)[] }> = manifest.contributes.configuration.properties;

test("the palette has the server's commands and those that are registered here", () => {
  const own = [...sources.matchAll(/registerCommand\("([^"]+)"/g)].map(([, id]) => id ?? "");
  const contributed = manifest.contributes.commands.map(({ command }) => command);
  assert.deepEqual(contributed, [...Object.keys(SERVER_COMMANDS), ...own]);
  assert.ok(manifest.contributes.commands.every(({ category }) => category === "Convex Clerk"));
});

test("what is read of the settings is contributed, and the README lists commands and settings", () => {
  const readme = text(ROOT, "README.md");
  const read = [...sources.matchAll(/(?:getConfiguration\("convexClerk"\)\.get\("|affectsConfiguration\("convexClerk\.)([\w.]+)"/g)];
  assert.ok(read.length > 0);
  for (const [, key] of read) assert.ok(`convexClerk.${key}` in settings, key);
  for (const setting of Object.keys(settings)) assert.ok(readme.includes(`| \`${setting}\` |`), setting);
  for (const { category, title } of manifest.contributes.commands) assert.ok(readme.includes(`| ${category}: ${title} |`), title);
});

test("a program is never named by a workspace that is not trusted", () => {
  const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
  assert.equal(untrustedWorkspaces.supported, "limited");
  assert.deepEqual(untrustedWorkspaces.restrictedConfigurations, ["convexClerk.server.path"]);
  assert.equal(settings["convexClerk.server.path"]?.scope, "machine-overridable");
  assert.equal(virtualWorkspaces.supported, false);
});

test("the frameworks are those that are migrated", () => {
  const folder = join(PROJECT, "crates/migrate/src/frameworks");
  const described = readdirSync(folder)
    .filter((file) => file.endsWith(".rs"))
    .flatMap((file) => /FRAMEWORK: Framework = Framework \{\n\s+id: "([^"]+)"/.exec(text(folder, file))?.[1] ?? []);
  const offered = settings["convexClerk.framework"]?.enum ?? [];
  assert.deepEqual(offered.filter((id) => id !== null).sort(), described.sort());
});

test("version, repository and licence are the project's", () => {
  const cargo = text(PROJECT, "Cargo.toml");
  const fact = (name: string) => new RegExp(`^${name} = "(.+)"$`, "m").exec(cargo)?.[1];
  assert.equal(manifest.version, fact("version"));
  assert.equal(manifest.license, `(${fact("license")})`);
  assert.equal(manifest.repository.url, `${fact("repository")}.git`);
  assert.equal(INSTALL_PAGE, `${fact("repository")}#install`);
  assert.match(text(PROJECT, "README.md"), /^## Install$/m);
});

test("packages are pinned, and the lock file names no registry", () => {
  for (const [name, version] of Object.entries(manifest.devDependencies)) assert.match(version, /^\d+\.\d+\.\d+$/, name);
  assert.doesNotMatch(text(ROOT, "package-lock.json"), /"resolved"/);
  assert.ok(
    manifest.engines.vscode.endsWith(manifest.devDependencies["@types/vscode"]),
    "types of a newer editor would hide what the oldest lacks",
  );
});

test("every language of the server is synchronised, and the settings that a migration may change", () => {
  const named = DOCUMENTS.map((filter) => ("pattern" in filter ? filter.pattern : filter.language));
  assert.deepEqual(named, [
    "typescript",
    "typescriptreact",
    "javascript",
    "javascriptreact",
    "**/{package,tsconfig*,jsconfig*,convex,app,app.config,turbo,nx,project}.json",
    "**/{pnpm-workspace.yaml,.yarnrc.yml}",
    "**/{.env,env}*.{example,sample,template}*",
  ]);
});
