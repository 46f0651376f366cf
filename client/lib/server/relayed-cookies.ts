/** The cookies of the services: the session, and what lets an account know its browsers. */
const relayed: ReadonlySet<string> = new Set(['session', 'device', '__Host-device']);

const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? '';

/** The services' cookies in a `Cookie` header, exactly as the browser sent them. */
export const relayedCookies = (cookieHeader: string | null): string | undefined => {
  const pairs = (cookieHeader ?? '').split(';').map((pair) => pair.trim());
  const kept = pairs.filter((pair) => relayed.has(nameOf(pair)));
  return kept.length === 0 ? undefined : kept.join('; ');
};

/** Whether a `Cookie` header has a session. */
export const hasSession = (cookieHeader: string | null): boolean => /(?:^|;\s*)session=[^;\s]/.test(cookieHeader ?? '');

export interface RelayedCookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly httpOnly: boolean;
  readonly sameSite: 'lax';
  readonly secure: boolean;
  readonly expires?: Date;
}

/**
 * A cookie of the services in a `Set-Cookie` header, to be set again by Next. Next percent-encodes cookie values, and the
 * services read them without decoding. A session is base64; in base64url without padding it needs no encoding and decodes
 * to the same bytes.
 */
export const readSetCookie = (header: string): RelayedCookie | undefined => {
  const [pair = '', ...attributes] = header.split(';').map((part) => part.trim());
  const name = nameOf(pair);
  if (!relayed.has(name)) return undefined;
  const value = pair.slice(name.length + 1);
  const expires = attributes.find((attribute) => /^expires=/i.test(attribute));
  return {
    name,
    value: name === 'session' ? Buffer.from(value, 'base64').toString('base64url') : value,
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: attributes.some((attribute) => /^secure$/i.test(attribute)),
    ...(expires === undefined ? {} : { expires: new Date(expires.slice('expires='.length)) }),
  };
};
