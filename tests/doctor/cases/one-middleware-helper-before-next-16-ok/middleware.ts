import { clerkMiddleware } from "@clerk/nextjs/server";
import { rewritten } from "./proxy";

export default clerkMiddleware((_auth, request) => rewritten(request));
