import { clerkMiddleware } from "@clerk/nextjs/server";
import { options } from "./options";

export default clerkMiddleware(options);

export const config = { matcher: ["/((?!_next).*)", "/(api|trpc)(.*)", "/__clerk/(.*)"] };
