// Stand-in for @clerk/expo/token-cache.
export const tokenCache = { getToken: async () => null, saveToken: async () => {} };
