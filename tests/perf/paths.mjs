// Where this folder is, and where what it makes goes.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const HERE = dirname(fileURLToPath(import.meta.url));
export const WORK = join(HERE, ".work");
