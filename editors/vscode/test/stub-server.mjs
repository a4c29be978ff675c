#!/usr/bin/env node
// Stands in for `convex-clerk lsp`: speaks its contract about one made-up app. `$CONVEX_CLERK_STUB_LOG` names a file for what it is told.
import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";

const COMMANDS = ["convexClerk.migrate", "convexClerk.preview", "convexClerk.graph", "convexClerk.doctor"];
/** The app that a test names to see the server crash. */
const CRASH = "crash";
const documents = new Map();
/** What each request of ours is answered with, by its id. */
const awaited = new Map();
let requests = 0;

if (process.argv[2] !== "lsp") {
  console.error("usage: stub-server.mjs lsp");
  process.exit(2);
}

function send(message) {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  process.stdout.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function ask(method, params) {
  const id = `stub-${++requests}`;
  send({ id, method, params });
  return new Promise((resolve) => awaited.set(id, resolve));
}

/** A range of the first place of a text, or nothing. */
function find(uri, text) {
  const lines = (documents.get(uri) ?? "").split("\n");
  const line = lines.findIndex((content) => content.includes(text));
  if (line < 0) return undefined;
  const character = lines[line].indexOf(text);
  return { start: { line, character }, end: { line, character: character + text.length } };
}

function migration(uri) {
  const edits = ["<ConvexProvider ", "</ConvexProvider>"].flatMap((text) => {
    const range = find(uri, text);
    return range ? [{ range, newText: text.replace("ConvexProvider", "ConvexProviderWithClerk") }] : [];
  });
  return edits.length > 0 ? { documentChanges: [{ textDocument: { uri, version: null }, edits }] } : undefined;
}

function preview() {
  const [script, style] = [
    'document.getElementById("said").textContent = "The script ran.";',
    "body { background: white; } @media (prefers-color-scheme: dark) { body { background: black; } }",
  ];
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
  const html = `<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style>${style}</style></head><body><h1>Move to Clerk</h1><p id="said"></p><script>${script}</script></body></html>`;
  return { title: "Move to Clerk", html };
}

async function execute({ command, arguments: [{ uri, app } = {}] = [], workDoneToken }) {
  if (app === CRASH) process.exit(1);
  const progress = (value) => workDoneToken !== undefined && send({ method: "$/progress", params: { token: workDoneToken, value } });
  progress({ kind: "begin", title: "Reading", percentage: 0 });
  progress({ kind: "report", message: "src/main.tsx", percentage: 50 });
  progress({ kind: "end" });
  switch (command) {
    case "convexClerk.migrate": {
      const edit = uri && migration(uri);
      if (!edit) return { applied: false, message: "Nothing to do: there is no ConvexProvider." };
      const { applied } = await ask("workspace/applyEdit", { label: "Migrate to Clerk", edit });
      return { applied, message: applied ? "The app is on Clerk now." : "The editor did not take the change." };
    }
    case "convexClerk.preview":
      return preview();
    case "convexClerk.graph":
      return {
        title: "Graph",
        svg: '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><style>@media (prefers-color-scheme:dark){text{fill:#fff}}</style><text y="20">App</text></svg>',
        text: "App\n",
      };
    case "convexClerk.doctor":
      return { title: "Check", text: "src/App.tsx:3: a query outside of every gate\n", findings: 1 };
    default:
      throw new Error(`there is no command ${command}`);
  }
}

const answers = {
  initialize: () => ({
    serverInfo: { name: "stub" },
    capabilities: {
      textDocumentSync: 1,
      codeActionProvider: { codeActionKinds: ["refactor.rewrite"] },
      executeCommandProvider: { commands: COMMANDS },
    },
  }),
  shutdown: () => null,
  "workspace/executeCommand": execute,
  "textDocument/codeAction": ({ textDocument: { uri } }) => {
    const edit = migration(uri);
    return edit ? [{ title: "Migrate this app to Clerk", kind: "refactor.rewrite", edit }] : [];
  },
};

const notices = {
  initialized: () => ask("workspace/configuration", { items: [{ section: "convexClerk" }] }),
  exit: () => process.exit(0),
  "textDocument/didOpen": ({ textDocument: { uri, text } }) => documents.set(uri, text),
  "textDocument/didChange": ({ textDocument: { uri }, contentChanges }) => documents.set(uri, contentChanges.at(-1).text),
};

async function receive(message) {
  if (process.env.CONVEX_CLERK_STUB_LOG) appendFileSync(process.env.CONVEX_CLERK_STUB_LOG, `${JSON.stringify(message)}\n`);
  const { id, method, params, result } = message;
  if (method === undefined) return awaited.get(id)?.(result);
  if (id === undefined) return notices[method]?.(params);
  try {
    if (!answers[method]) throw new Error(`there is no ${method}`);
    send({ id, result: await answers[method](params) });
  } catch (error) {
    send({ id, error: { code: -32803, message: error.message } });
  }
}

let pending = Buffer.alloc(0);
process.stdin.on("data", (chunk) => {
  pending = Buffer.concat([pending, chunk]);
  for (;;) {
    const head = pending.indexOf("\r\n\r\n");
    const length = head < 0 ? Number.NaN : Number(/Content-Length: (\d+)/i.exec(pending.subarray(0, head).toString())?.[1]);
    const end = head + 4 + length;
    if (!(pending.length >= end)) return;
    void receive(JSON.parse(pending.subarray(head + 4, end).toString()));
    pending = pending.subarray(end);
  }
});
process.stdin.on("end", () => process.exit(0));
