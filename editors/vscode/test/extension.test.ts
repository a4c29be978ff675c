/** The bundle as it is packed, with the language client in it, against the stub of the server; only the editor is a stand-in. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import Module from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";

import manifest from "../package.json";
import { editor, standIn, window, workspace } from "./vscode";

const ROOT = join(__dirname, "..");
const STUB = join(ROOT, "test/stub-server.mjs");
const scratch = realpathSync(mkdtempSync(join(tmpdir(), "convex-clerk-extension-")));
const app = join(scratch, "app");
/** What the server of one test is told. */
let told = "";
const CONTRIBUTED = manifest.contributes.commands.map(({ command }) => command).sort();

mkdirSync(app);
// Only what a test puts somewhere can be found; the stub needs its Node.
process.env.PATH = dirname(process.execPath);
after(() => rmSync(scratch, { recursive: true }));

const loader = Module as unknown as { _load(name: string, ...others: unknown[]): unknown };
const load = loader._load;
loader._load = (name, ...others) => (name === "vscode" ? standIn : load(name, ...others));
const extension = load(join(ROOT, "dist/extension.js"), null, false) as {
  activate(context: { subscriptions: { dispose(): void }[] }): Promise<void>;
  deactivate(): Promise<void>;
};

let tests = 0;

/** From the extension's start to its end. */
async function withExtension(body: () => Promise<void>): Promise<void> {
  const context = { subscriptions: [] as { dispose(): void }[] };
  await extension.activate(context);
  try {
    assert.deepEqual([...editor.commands.keys()].sort(), CONTRIBUTED);
    await body();
  } finally {
    await extension.deactivate();
    context.subscriptions.forEach((one) => one.dispose());
  }
  assert.deepEqual([...editor.commands.keys()], []);
}

const run = (command: string, ...args: unknown[]): unknown => editor.commands.get(command)?.(...args);
const methods = () =>
  readFileSync(told, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { method?: string; result?: unknown });

beforeEach(() => {
  told = process.env.CONVEX_CLERK_STUB_LOG = join(scratch, `told-${++tests}.jsonl`);
  Object.assign(editor, { said: [], log: "", panels: [], progress: [], opened: [], settings: {}, choose: undefined });
  Object.assign(workspace, { isTrusted: true, workspaceFolders: [{ uri: standIn.Uri.file(app), name: "app", index: 0 }] });
  Object.assign(window, { activeTextEditor: undefined, visibleTextEditors: [] });
});

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; Date.now() < end && !isSo();) await new Promise((done) => setTimeout(done, 10));
  assert.ok(isSo());
}

const unix = { skip: process.platform === "win32" && "the stub is a script" };

test("the server starts, is asked, restarts and ends", unix, async () => {
  Object.assign(editor.settings, { "convexClerk.server.path": STUB, convexClerk: { gate: "root", issuerEnv: "" } });
  window.activeTextEditor = { document: { uri: standIn.Uri.file(join(app, "main.tsx")) } };
  await withExtension(async () => {
    await run("convexClerk.preview");
    assert.match(editor.panels[0]?.webview.html ?? "", /Content-Security-Policy/);
    assert.equal(editor.panels[0]?.options.enableScripts, true);
    assert.ok(
      editor.progress.some((step) => (step as { increment: number }).increment === 50),
      "progress arrives",
    );
    await run("convexClerk.doctor");
    assert.match(editor.log, /a query outside of every gate/);
    const asked = methods().find(({ method }) => method === "workspace/executeCommand") as unknown as { params: { arguments: unknown } };
    assert.deepEqual(asked.params.arguments, [{ uri: pathToFileURL(join(app, "main.tsx")).href }]);
    assert.ok(
      methods().some(({ result }) => JSON.stringify(result) === '[{"gate":"root","issuerEnv":null}]'),
      "the server gets its settings",
    );
    assert.ok(
      methods().some(({ method }) => method === "workspace/didChangeConfiguration"),
      "and hears that they changed",
    );
    const [hello] = methods() as unknown as [{ params: { capabilities: { workspace: { workspaceEdit: object } } } }];
    assert.ok("documentChanges" in hello.params.capabilities.workspace.workspaceEdit);
    assert.ok(!("changeAnnotationSupport" in hello.params.capabilities.workspace.workspaceEdit), "a change is not asked for in parts");
    await run("convexClerk.restart");
    assert.deepEqual([...editor.commands.keys()].sort(), CONTRIBUTED);
    await run("convexClerk.graph");
    assert.equal(editor.panels.length, 2);
  });
  const count = (name: string) => methods().filter(({ method }) => method === name).length;
  assert.equal(count("initialize"), 2);
  await until(() => count("exit") === 2);
});

test("a server that crashes comes back, with its commands", unix, async () => {
  editor.settings["convexClerk.server.path"] = STUB;
  await withExtension(async () => {
    await run("convexClerk.graph", { app: "crash" });
    await until(() => methods().filter(({ method }) => method === "initialized").length === 2);
    await until(() => editor.commands.size === CONTRIBUTED.length);
    await run("convexClerk.graph");
    assert.equal(editor.panels.length, 1);
    assert.deepEqual(
      editor.said.map(({ message }) => message),
      ["The convex-clerk server ended before it had answered. The log may say why."],
    );
  });
});

test("without a server each command says what to do, and starts one that has come since", unix, async () => {
  editor.choose = "How to Install";
  await withExtension(async () => {
    assert.match(editor.said[0]?.message ?? "", /npm install --save-dev convex-clerk/);
    await new Promise(setImmediate);
    assert.match(editor.opened[0] ?? "", /#install$/);
    await run("convexClerk.graph");
    assert.equal(editor.said.length, 2);
    editor.settings["convexClerk.server.path"] = STUB;
    await run("convexClerk.graph");
    assert.equal(editor.panels[0]?.title, "Graph");
  });
});

test("the workspace's own package runs once the workspace is trusted, not before", unix, async () => {
  const platform = process.platform === "linux" ? `linux-${process.arch}-gnu` : `${process.platform}-${process.arch}`;
  const folder = join(app, "node_modules/@convex-clerk", platform);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "convex-clerk"), `#!/bin/sh\nexec "${process.execPath}" "${STUB}" "$@"\n`, { mode: 0o755 });
  workspace.isTrusted = false;
  await withExtension(async () => {
    assert.ok(!existsSync(told));
    assert.deepEqual(editor.said[0]?.ways, ["How to Install", "Manage Trust"]);
    workspace.isTrusted = true;
    editor.trustGranted.fire();
    await until(() => existsSync(told));
    await run("convexClerk.graph");
    assert.equal(editor.panels.length, 1);
  });
});

test("another path is another server; when it leads nowhere, the commands stay", unix, async () => {
  editor.settings["convexClerk.server.path"] = STUB;
  await withExtension(async () => {
    editor.settings["convexClerk.server.path"] = join(scratch, "gone");
    editor.configured.fire({ affectsConfiguration: (section: string) => section === "convexClerk.server.path" });
    await until(() => editor.said.length === 1);
    assert.match(editor.said[0]?.message ?? "", /no program/);
    assert.deepEqual([...editor.commands.keys()].sort(), CONTRIBUTED);
  });
});

test("a server that can't be started is told, and the commands stay", unix, async () => {
  editor.settings["convexClerk.server.path"] = process.execPath;
  await withExtension(async () => {
    assert.deepEqual(
      editor.said.map(({ kind }) => kind),
      ["error"],
    );
    assert.match(editor.log, /Cannot find module/);
    await run("convexClerk.graph");
    assert.deepEqual(
      editor.said.map(({ kind }) => kind),
      ["error", "error"],
    );
  });
});
