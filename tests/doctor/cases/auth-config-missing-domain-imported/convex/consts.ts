export const domain = "https://verb-noun-00.clerk.accounts.dev";
