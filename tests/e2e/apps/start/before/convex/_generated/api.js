/* eslint-disable */
// Written by `npx convex dev`; changes here get lost.
import { anyApi } from "convex/server";

export const api = anyApi;
export const internal = anyApi;
