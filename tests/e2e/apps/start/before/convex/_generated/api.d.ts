/* eslint-disable */
// Written by `npx convex dev`; changes here get lost.
import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";
import type * as tasks from "../tasks.js";

declare const fullApi: ApiFromModules<{ tasks: typeof tasks }>;

export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;
