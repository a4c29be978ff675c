import { clerkMiddleware } from "@clerk/nextjs/server";

export default clerkMiddleware();

export const config = { matcher: [{ source: "/settings", missing: [{ type: "header", key: "x-skip" }] }] };
