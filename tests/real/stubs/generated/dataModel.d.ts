import type { AnyDataModel } from "convex/server";
import type { GenericId } from "convex/values";

// What codegen writes for an app without a schema; `Doc` also takes a table name, as with a schema.
export type TableNames = string;
export type Doc<TableName extends TableNames = TableNames> = any;
export type Id<TableName extends TableNames = TableNames> = GenericId<TableName>;
export type DataModel = AnyDataModel;
