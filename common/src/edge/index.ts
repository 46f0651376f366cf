export { behindRouter, parseTrustProxy, visitorAddress } from './visitor-address.ts';
export type { TrustedProxies } from './visitor-address.ts';
