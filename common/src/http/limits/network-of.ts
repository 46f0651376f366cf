import { isIPv6 } from 'node:net';

/** The address, or the /56 of an IPv6 address, which providers commonly assign to one customer. */
export const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const last = tail?.split(':').filter((group) => group !== '') ?? [];
  const zeros = Math.max(0, 8 - groups.length - last.length - (tail?.includes('.') === true ? 1 : 0));
  const bits = [...groups, ...Array.from({ length: tail === undefined ? 0 : zeros }, () => '0'), ...last]
    .slice(0, 4)
    .map((group) => group.toLowerCase().padStart(4, '0'));
  return `${bits.join('').slice(0, 14)}/56`;
};
