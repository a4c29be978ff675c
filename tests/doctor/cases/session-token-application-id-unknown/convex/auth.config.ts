const APP = "convex";

export default { providers: [{ domain: "https://verb-noun-00.clerk.accounts.dev", applicationID: APP }] };
