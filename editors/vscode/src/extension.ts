/** Joins the parts: finds the server, keeps it running, and answers for its commands while it does not. */
import * as vscode from "vscode";

import { Client } from "./client";
import { Panels } from "./panels";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("Convex Clerk");
  const panels = new Panels();
  const client = new Client({ panels, log });
  context.subscriptions.push(
    log,
    panels,
    client,
    vscode.commands.registerCommand("convexClerk.restart", () => client.restart()),
    vscode.commands.registerCommand("convexClerk.showLog", () => log.show()),
    // What is granted may bring a better server into reach: the workspace's own.
    vscode.workspace.onDidGrantWorkspaceTrust(() => client.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("convexClerk.server.path")) void client.restart();
    }),
  );
  stop = () => client.stop();
  await client.start();
}

export async function deactivate(): Promise<void> {
  await stop?.();
}

let stop: (() => Promise<void>) | undefined;
