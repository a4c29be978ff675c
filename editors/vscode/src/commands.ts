/**
 * The commands that the server carries out. The language client registers them under the server's own ids; what is here stands between a
 * command and its request: it names the document, shows progress, and shows what came of it.
 */
import * as vscode from "vscode";
import {
  type ExecuteCommandParams,
  ExecuteCommandRequest,
  ErrorCodes,
  LSPErrorCodes,
  ResponseError,
  WorkDoneProgress,
} from "vscode-languageclient/node";
import type { ExecuteCommandMiddleware, LanguageClient, ProgressToken } from "vscode-languageclient/node";

import type { Graph, Panels, Preview } from "./panels";

/** The ids of the server's commands, each with what its progress is called. */
export const SERVER_COMMANDS = {
  "convexClerk.migrate": "Migrating to Clerk",
  "convexClerk.preview": "Preparing the preview",
  "convexClerk.graph": "Drawing the graph",
  "convexClerk.doctor": "Checking the app",
} as const;

export type ServerCommand = keyof typeof SERVER_COMMANDS;

/** What a command takes: the app that owns the document `uri`, else the one in the folder `app`. */
interface Target {
  uri?: string;
  app?: string;
}

interface Message {
  message: string;
}

interface Migrated extends Message {
  applied: boolean;
  steps?: Step[];
}

/** What is left to a person. */
interface Step {
  title: string;
  /** The folders or files to do it in. */
  at?: string[];
  /** The command or text to copy. */
  copy?: string | null;
  /** The official page. */
  doc?: string | null;
}

interface Diagnosis {
  title: string;
  text: string;
  findings: number;
}

/** What shows results. */
export interface Views {
  panels: Panels;
  log: vscode.OutputChannel;
}

/** The part of the language client that a command needs. */
export type Requests = Pick<LanguageClient, "sendRequest" | "onProgress">;

/** What the language client calls for each command of the server, from the palette or from a code action. */
export function executeCommand(client: () => Requests, views: Views): NonNullable<ExecuteCommandMiddleware["executeCommand"]> {
  return async (command, args, next) => {
    if (!isServerCommand(command)) return next(command, args);
    const [given, ...others] = args as unknown[];
    try {
      const result = await request(client(), command, [targeted(given), ...others]);
      await show(command, result, views);
      return result;
    } catch (error) {
      if (!isCancelled(error)) void vscode.window.showErrorMessage(sentence(error));
      return undefined;
    }
  };
}

export function isServerCommand(command: string): command is ServerCommand {
  return Object.hasOwn(SERVER_COMMANDS, command);
}

/** The argument with the document that the user looks at, unless it names an app itself. */
function targeted(given: unknown): Target {
  const target: Target = typeof given === "object" && given !== null ? { ...given } : {};
  if (target.uri !== undefined || target.app !== undefined) return target;
  const document = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors].find(
    (editor) => editor?.document.uri.scheme === "file",
  )?.document;
  return document ? { ...target, uri: document.uri.toString() } : target;
}

let requests = 0;

/** The request with its progress in a notification, whose button cancels it. */
function request(client: Requests, command: ServerCommand, args: unknown[]): Thenable<unknown> {
  const options = { location: vscode.ProgressLocation.Notification, title: SERVER_COMMANDS[command], cancellable: true };
  return vscode.window.withProgress(options, async (progress, cancelled) => {
    const workDoneToken: ProgressToken = `convex-clerk-${++requests}`;
    let reached = 0;
    const listening = client.onProgress(WorkDoneProgress.type, workDoneToken, (step) => {
      const percentage = "percentage" in step ? step.percentage : undefined;
      // The editor takes what is new, the protocol says how far it is.
      const increment = Math.max(0, (percentage ?? reached) - reached);
      reached += increment;
      progress.report({ increment, ...(step.message !== undefined && { message: step.message }) });
    });
    const params: ExecuteCommandParams = { command, arguments: args, workDoneToken };
    try {
      return await client.sendRequest(ExecuteCommandRequest.type, params, cancelled);
    } finally {
      listening.dispose();
    }
  });
}

async function show(command: ServerCommand, result: unknown, views: Views): Promise<void> {
  if (isMigrated(result)) return showMigrated(result, views.log);
  if (isMessage(result)) return void vscode.window.showInformationMessage(result.message);
  if (command === "convexClerk.preview") return views.panels.showPreview(result as Preview);
  if (command === "convexClerk.graph") return views.panels.showGraph(result as Graph);
  if (command === "convexClerk.doctor") return showDiagnosis(result as Diagnosis, views.log);
}

/** Edits leave files unsaved, which a development server does not see; and some steps are left to the user, which stand in the log. */
function showMigrated({ applied, message, steps = [] }: Migrated, log: vscode.OutputChannel): void {
  if (!applied) return void vscode.window.showWarningMessage(message);
  if (steps.length > 0) log.appendLine(`[Migration - ${new Date().toLocaleTimeString()}] ${message}\n${steps.map(numbered).join("\n")}`);
  const ways = steps.length > 0 ? [SAVE_ALL, SHOW_STEPS] : [SAVE_ALL];
  void vscode.window.showInformationMessage(message, ...ways).then((chosen) => {
    if (chosen === SAVE_ALL) void vscode.commands.executeCommand("workbench.action.files.saveAll");
    if (chosen === SHOW_STEPS) log.show();
  });
}

const SAVE_ALL = "Save All";
const SHOW_STEPS = "Show the Steps";

function numbered({ title, at = [], copy, doc }: Step, index: number): string {
  const more = [...at.map((place) => `in ${place}`), ...(copy?.split("\n") ?? []), ...(doc ? [doc] : [])];
  return [`${index + 1}. ${title}`, ...more.map((line) => `   ${line}`)].join("\n");
}

function showDiagnosis({ title, text, findings }: Diagnosis, log: vscode.OutputChannel): void {
  // As the language client marks its own lines.
  log.appendLine(`[Check - ${new Date().toLocaleTimeString()}] ${title}`);
  log.appendLine(text.trimEnd());
  log.show(true);
  if (findings === 0) void vscode.window.showInformationMessage("The check found nothing. What it looked at is in the log.");
  else void vscode.window.showWarningMessage(`The check found ${findings === 1 ? "1 thing" : `${findings} things`}, listed in the log.`);
}

function isMessage(result: unknown): result is Message {
  return typeof result === "object" && result !== null && "message" in result && typeof result.message === "string";
}

function isMigrated(result: unknown): result is Migrated {
  return isMessage(result) && "applied" in result;
}

/** What the user ended needs no words. */
function isCancelled(error: unknown): boolean {
  if (error instanceof vscode.CancellationError) return true;
  return hasCode(error, LSPErrorCodes.RequestCancelled, LSPErrorCodes.ServerCancelled);
}

function sentence(error: unknown): string {
  if (hasCode(error, ErrorCodes.PendingResponseRejected, ErrorCodes.ConnectionInactive)) {
    return "The convex-clerk server ended before it had answered. The log may say why.";
  }
  return error instanceof Error ? error.message : String(error);
}

function hasCode(error: unknown, ...codes: number[]): boolean {
  return error instanceof ResponseError && codes.includes(error.code);
}
