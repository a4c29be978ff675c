export const clerk = { secretKey: "{secret}" };
