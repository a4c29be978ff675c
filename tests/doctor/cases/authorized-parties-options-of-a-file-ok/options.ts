export const options = { authorizedParties: ["https://rota.example.com"] };
