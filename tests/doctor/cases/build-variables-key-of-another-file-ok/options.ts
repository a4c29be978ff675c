export const options = { secretKey: process.env.MY_SECRET };
