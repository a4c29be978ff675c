import type { ReactNode } from "react";
import { ClerkProvider } from "@clerk/react";

export function Session({ children }: { children: ReactNode }) {
  return <ClerkProvider publishableKey={import.meta.env.VITE_CLERK_PUBLISHABLE_KEY}>{children}</ClerkProvider>;
}
