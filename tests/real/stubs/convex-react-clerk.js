// Stand-in for convex/react-clerk.
export { ConvexProviderWithClerkStandIn as ConvexProviderWithClerk } from "./convex-react.js";
