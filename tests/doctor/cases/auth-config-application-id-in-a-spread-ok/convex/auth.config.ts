const base = { applicationID: "convex" };

export default { providers: [{ ...base, domain: process.env.CLERK_JWT_ISSUER_DOMAIN! }] };
