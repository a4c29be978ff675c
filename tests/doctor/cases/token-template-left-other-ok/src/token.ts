import { useAuth } from "@clerk/react";

export function useToken() {
  const { getToken } = useAuth();
  return () => getToken({ template: "hasura" });
}
