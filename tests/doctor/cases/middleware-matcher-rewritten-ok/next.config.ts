export default {
  rewrites: async () => [{ source: "/account", destination: "/internal" }],
};
