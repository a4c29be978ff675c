"use client";

import * as Clerk from "@clerk/nextjs";

export const User = () => <Clerk.UserButton />;
