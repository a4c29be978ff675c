/* eslint-disable */
// Written by `npx convex dev`; changes here get lost.
import { mutationGeneric, queryGeneric } from "convex/server";

export const query = queryGeneric;
export const mutation = mutationGeneric;
