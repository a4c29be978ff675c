/* eslint-disable */
// Written by `npx convex dev`; changes here get lost.
import type { DataModelFromSchemaDefinition } from "convex/server";
import type schema from "../schema.js";

export type DataModel = DataModelFromSchemaDefinition<typeof schema>;
