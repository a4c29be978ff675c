import { providers } from "./providers";

export default { providers: providers() };
