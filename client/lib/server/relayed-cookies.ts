/** The cookies that services read: the session, and what lets an account know its browsers. */
const forwarded: ReadonlySet<string> = new Set(['session', 'device', '__Host-device']);
/** The cookies that services set: those, and what lets a page report what was done. */
const set: ReadonlySet<string> = new Set([...forwarded, 'done']);

const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? '';

/** The services' cookies in a `Cookie` header, exactly as the browser sent them. */
export const relayedCookies = (cookieHeader: string | null): string | undefined => {
  const pairs = (cookieHeader ?? '').split(';').map((pair) => pair.trim());
  const kept = pairs.filter((pair) => forwarded.has(nameOf(pair)));
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
  if (!set.has(name)) return undefined;
  const value = pair.slice(name.length + 1);
  const attribute = (wanted: string): string | undefined =>
    attributes.find((text) => nameOf(text).toLowerCase() === wanted)?.slice(wanted.length + 1);
  const expires = attribute('expires');
  return {
    name,
    value: name === 'session' ? Buffer.from(value, 'base64').toString('base64url') : value,
    path: attribute('path') ?? '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: attribute('secure') !== undefined,
    ...(expires === undefined ? {} : { expires: new Date(expires) }),
  };
};
