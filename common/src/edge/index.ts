export { isCrossSite } from './cross-site.ts';
export { keepAliveMs } from './keep-alive.ts';
export { isPlainHttp } from './plain-http.ts';
export { behindRouter, parseTrustProxy, visitorAddress } from './visitor-address.ts';
export type { TrustedProxies } from './visitor-address.ts';
