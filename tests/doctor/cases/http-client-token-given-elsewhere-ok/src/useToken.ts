import { useAuth } from "@clerk/react";
import { useEffect } from "react";
import { client } from "./client";

export function useToken() {
  const { getToken } = useAuth();
  useEffect(() => {
    void getToken().then((token) => token && client.setAuth(token));
  }, [getToken]);
}
