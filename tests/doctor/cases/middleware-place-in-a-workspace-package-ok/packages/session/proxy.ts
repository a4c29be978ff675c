export { clerkMiddleware as sessionMiddleware } from "@clerk/nextjs/server";
