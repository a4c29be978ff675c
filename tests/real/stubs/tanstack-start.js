// Stand-in for @tanstack/react-start: functions of the server run in the page, middleware doesn't.
const chain = (end) => {
  const step = { handler: end, server: () => step, client: () => step };
  for (const name of ["validator", "inputValidator", "middleware"]) step[name] = () => step;
  return step;
};
export const createServerFn = () => chain((run) => async (input) => run({ data: input?.data, context: {}, method: "GET" }));
export const createMiddleware = () => chain(() => ({}));
export const createCsrfMiddleware = () => ({});
export const createStart = (options) => ({ getOptions: options });
export const useServerFn = (run) => run;
export const createServerOnlyFn = (run) => run;
export const createClientOnlyFn = (run) => run;
export const createIsomorphicFn = () => {
  const run = (...args) => run.inClient?.(...args);
  return Object.assign(run, { server: () => run, client: (inClient) => Object.assign(run, { inClient }) });
};
export const getCookie = () => undefined;
export const getCookies = () => ({});
export const setCookie = () => {};
export const getRequest = () => new Request("http://localhost:5173/");
export const getRequestHeaders = () => new Headers();
export const getRequestHeader = () => undefined;
