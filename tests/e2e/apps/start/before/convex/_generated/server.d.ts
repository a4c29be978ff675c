/* eslint-disable */
// Written by `npx convex dev`; changes here get lost.
import type { MutationBuilder, QueryBuilder } from "convex/server";
import type { DataModel } from "./dataModel.js";

export declare const query: QueryBuilder<DataModel, "public">;
export declare const mutation: MutationBuilder<DataModel, "public">;
