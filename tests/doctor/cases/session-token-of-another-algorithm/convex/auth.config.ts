export default {
  providers: [
    { type: "customJwt", issuer: "https://verb-noun-00.clerk.accounts.dev", jwks: "https://verb-noun-00.clerk.accounts.dev/.well-known/jwks.json", algorithm: "ES256", applicationID: "convex" },
    { domain: "https://clerk.acme.dev", applicationID: "convex" },
  ],
};
