import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const list = query({
  args: {},
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    if (!identity) {
      throw new Error("Not signed in");
    }
    return await ctx.db
      .query("tasks")
      .withIndex("by_owner", (q) => q.eq("owner", identity.subject))
      .collect();
  },
});

/** How many tasks the visitor has: none without an account. */
export const count = query({
  args: {},
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    if (!identity) {
      return 0;
    }
    const tasks = await ctx.db
      .query("tasks")
      .withIndex("by_owner", (q) => q.eq("owner", identity.subject))
      .collect();
    return tasks.length;
  },
});

export const add = mutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const identity = await ctx.auth.getUserIdentity();
    if (!identity) {
      throw new Error("Not signed in");
    }
    await ctx.db.insert("tasks", { owner: identity.subject, text });
  },
});
