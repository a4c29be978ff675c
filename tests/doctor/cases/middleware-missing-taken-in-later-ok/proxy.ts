import type { NextFetchEvent, NextRequest } from "next/server";

export default async function proxy(request: NextRequest, event: NextFetchEvent) {
  const { clerkMiddleware } = await import("@clerk/nextjs/server");
  return clerkMiddleware()(request, event);
}
