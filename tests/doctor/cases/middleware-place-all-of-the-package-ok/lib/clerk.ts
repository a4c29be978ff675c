export * from "@clerk/nextjs";
