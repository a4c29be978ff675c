// `any`, not AnyApi: fixtures may set noUncheckedIndexedAccess or noPropertyAccessFromIndexSignature.
export declare const api: any;
export declare const internal: any;
