export const clerk = { secretKey: "sk_test_xxxxxxxxxxxxxxxxxxxxxxxx" };
