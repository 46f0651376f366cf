import { BlockList, isIP } from 'node:net';

/** Whether the process at this address, `hop` hops in front of the caller, is a proxy whose X-Forwarded-For is trusted. */
export type TrustedProxies = (address: string, hop: number) => boolean;

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');

const addRange = (list: BlockList, range: string): boolean => {
  const [address = '', bits, ...rest] = range.trim().split('/');
  const longest = familyOf(address) === 'ipv4' ? 32 : 128;
  const prefix = Number(bits ?? longest);
  if (isIP(address) === 0 || rest.length > 0 || !/^\d*$/.test(bits ?? '') || bits === '' || prefix > longest)
    return false;
  list.addSubnet(address, prefix, familyOf(address));
  return true;
};

/**
 * Parses TRUST_PROXY: a number of proxies, or their addresses and ranges, separated by commas.
 * @returns undefined if it is malformed.
 */
export const parseTrustProxy = (text: string): TrustedProxies | undefined => {
  if (/^\d$/.test(text)) return (_address, hop) => hop < Number(text);
  const ranges = new BlockList();
  if (!text.split(',').every((range) => addRange(ranges, range))) return undefined;
  return (address) => isIP(address) !== 0 && ranges.check(address, familyOf(address));
};

/** The same proxies, as seen by a process with a router, an ingress or the site in front of it. */
export const behindRouter =
  (proxies: TrustedProxies): TrustedProxies =>
  (address, hop) =>
    hop === 0 || proxies(address, hop - 1);

const plain = (address: string): string => address.trim().replace(/^::ffff:(?=\d+\.)/i, '');

/**
 * The address of the visitor who made a request. Each proxy appends the address of its client to X-Forwarded-For, so the
 * header is read from its end, as long as each address is that of a trusted proxy. What a visitor writes into the header
 * comes before that and is ignored.
 */
export const visitorAddress = (
  request: { readonly peer: string | undefined; readonly forwardedFor: string | undefined },
  proxies: TrustedProxies,
): string => {
  let address = plain(request.peer ?? '');
  for (const [hop, entry] of (request.forwardedFor ?? '').split(',').toReversed().entries()) {
    const next = plain(entry);
    if (!proxies(address, hop) || isIP(next) === 0) break;
    address = next;
  }
  return address;
};
