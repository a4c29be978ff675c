/** What is known of the machine: the part of finding the server that touches it. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter } from "node:path";

import type { Surroundings } from "./server";

export function machine(): Pick<Surroundings, "path" | "home" | "machine" | "isExecutable" | "realpath"> {
  const path = (process.env.PATH ?? "").split(delimiter).filter((entry) => entry !== "");
  return { path, home: homedir(), machine: { os: process.platform, cpu: process.arch }, isExecutable, realpath };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function realpath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
