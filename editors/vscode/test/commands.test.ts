import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import type * as vscode from "vscode";
import { LSPErrorCodes, ResponseError } from "vscode-languageserver-protocol";

import { type Requests, executeCommand } from "../src/commands";
import { Panels } from "../src/panels";
import { Uri, commands, editor, window } from "./vscode";

interface Sent {
  command: string;
  arguments: unknown[];
  workDoneToken: string;
}

let sent: Sent[] = [];
let tokens: unknown[] = [];
const log = window.createOutputChannel() as unknown as vscode.OutputChannel;

/** A server that gives one answer, or fails with it. */
function client(answer: unknown, progress: unknown[] = []): Requests {
  let listen: (step: unknown) => void = () => {};
  return {
    onProgress: (_type: unknown, _token: unknown, listener: (step: unknown) => void) => ((listen = listener), { dispose() {} }),
    async sendRequest(_type: unknown, params: unknown, token: unknown) {
      sent.push(params as Sent);
      tokens.push(token);
      progress.forEach((step) => listen(step));
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as unknown as Requests;
}

async function run(command: string, answer: unknown, args: unknown[] = [], progress: unknown[] = []): Promise<unknown> {
  const middleware = executeCommand(() => client(answer, progress), { panels: new Panels(), log });
  return middleware(command, args, () => assert.fail("the client's own request has no progress"));
}

const MAIN = { document: { uri: Uri.file("/app/src/main.tsx") } };

beforeEach(() => {
  [sent, tokens] = [[], []];
  Object.assign(editor, { said: [], log: "", panels: [], progress: [], ran: [], choose: undefined });
  Object.assign(window, { activeTextEditor: MAIN, visibleTextEditors: [MAIN] });
});

test("a command names the document that the user looks at", async () => {
  await run("convexClerk.doctor", { title: "Check", text: "", findings: 0 });
  assert.deepEqual(sent[0]?.arguments, [{ uri: String(MAIN.document.uri) }]);
});

test("beside a page, the document is one that can still be seen; a file that is no file names none", async () => {
  window.activeTextEditor = undefined;
  await run("convexClerk.graph", { message: "nothing" });
  assert.deepEqual(sent[0]?.arguments, [{ uri: String(MAIN.document.uri) }]);
  const output = { document: { uri: Uri.parse("output:log") } };
  Object.assign(window, { activeTextEditor: output, visibleTextEditors: [output] });
  await run("convexClerk.graph", { message: "nothing" });
  assert.deepEqual(sent[1]?.arguments, [{}]);
});

test("what a code action says stays", async () => {
  for (const given of [{ uri: "file:///other.tsx", gates: false }, { app: "apps/web" }]) {
    await run("convexClerk.migrate", { applied: true, message: "done" }, [given]);
    assert.deepEqual(sent.at(-1)?.arguments, [given]);
  }
  await run("convexClerk.migrate", { applied: true, message: "done" }, [{ gates: false }]);
  assert.deepEqual(sent.at(-1)?.arguments, [{ gates: false, uri: String(MAIN.document.uri) }]);
});

test("progress goes on by what is new of it, each request under its own token", async () => {
  const steps = [
    { kind: "begin", title: "t", percentage: 10 },
    { kind: "report", message: "a", percentage: 40 },
    { kind: "report" },
    { kind: "end" },
  ];
  await run("convexClerk.preview", { message: "nothing" }, [], steps);
  await run("convexClerk.preview", { message: "nothing" });
  assert.deepEqual(editor.progress, [{ increment: 10 }, { increment: 30, message: "a" }, { increment: 0 }, { increment: 0 }]);
  assert.notEqual(sent[0]?.workDoneToken, sent[1]?.workDoneToken);
});

test("the button of the progress cancels the request", async () => {
  await run("convexClerk.preview", { message: "nothing" });
  assert.ok(editor.cancel);
  assert.equal(tokens[0], editor.cancel.token);
});

test("what was applied is told with a way to save it, what was not is a warning", async () => {
  editor.choose = "Save All";
  await run("convexClerk.migrate", { applied: true, message: "Moved." });
  await run("convexClerk.migrate", { applied: false, message: "Refused." });
  assert.deepEqual(editor.said, [
    { kind: "information", message: "Moved.", ways: ["Save All"] },
    { kind: "warning", message: "Refused.", ways: [] },
  ]);
  assert.deepEqual(editor.ran, ["workbench.action.files.saveAll"]);
});

test("the steps that are left stand in the log, and a button leads there", async () => {
  editor.choose = "Show the Steps";
  const steps = [{ title: "Install.", at: ["apps/web"], copy: "npm install", doc: null }, { title: "Push.", at: [], copy: null, doc: "https://docs.convex.dev" }];
  await run("convexClerk.migrate", { applied: true, message: "Moved. 2 steps are left to you.", steps });
  assert.deepEqual(editor.said[0]?.ways, ["Save All", "Show the Steps"]);
  assert.match(editor.log, /\] Moved\. 2 steps are left to you\.\n1\. Install\.\n {3}in apps\/web\n {3}npm install\n2\. Push\.\n {3}https:\/\/docs\.convex\.dev\n/);
});

test("preview and graph open pages; where there is nothing to show, a message says so", async () => {
  await run("convexClerk.preview", { title: "Move", html: "<p></p>" });
  await run("convexClerk.graph", { title: "Graph", svg: "<svg></svg>", text: "" });
  assert.deepEqual(
    editor.panels.map(({ title }) => title),
    ["Move", "Graph"],
  );
  await run("convexClerk.graph", { message: "There is no app." });
  assert.deepEqual(editor.said, [{ kind: "information", message: "There is no app.", ways: [] }]);
});

test("findings go to the log, their number to the user", async () => {
  for (const findings of [0, 1, 2]) await run("convexClerk.doctor", { title: "What to look at", text: `${findings} here\n`, findings });
  assert.match(editor.log, /^\[Check - .+\] What to look at\n0 here\n\[Check - .+\] What to look at\n1 here\n/);
  assert.deepEqual(
    editor.said.map(({ kind, message }) => `${kind}: ${message}`),
    [
      "information: The check found nothing. What it looked at is in the log.",
      "warning: The check found 1 thing, listed in the log.",
      "warning: The check found 2 things, listed in the log.",
    ],
  );
});

test("the server's errors are told, cancelled requests are not", async () => {
  await run("convexClerk.migrate", new ResponseError(LSPErrorCodes.RequestFailed, "There are two apps."));
  await run("convexClerk.migrate", new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled"));
  assert.deepEqual(editor.said, [{ kind: "error", message: "There are two apps.", ways: [] }]);
});

test("another command of the server goes its own way", async () => {
  const middleware = executeCommand(() => assert.fail("not asked"), { panels: new Panels(), log });
  assert.equal(await middleware("convexClerk.other", [1], async (command, args) => `${command} ${args}`), "convexClerk.other 1");
  assert.equal(await commands.executeCommand("convexClerk.other"), undefined);
});
