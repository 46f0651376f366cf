const name = 'session';

/** The session cookie in a `Cookie` header, exactly as the browser sent it. */
export const sessionOf = (cookieHeader: string | null): string | undefined =>
  cookieHeader
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`) && pair.length > name.length + 1);

export interface SessionCookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly httpOnly: boolean;
  readonly sameSite: 'lax';
  readonly secure: boolean;
  readonly expires?: Date;
}

/**
 * The session cookie in a `Set-Cookie` header, to be set again by Next. Next percent-encodes cookie values, and the
 * services read them without decoding. The value is base64; in base64url without padding it needs no encoding and decodes
 * to the same bytes.
 */
export const readSetCookie = (header: string): SessionCookie | undefined => {
  const [pair = '', ...attributes] = header.split(';').map((part) => part.trim());
  if (!pair.startsWith(`${name}=`)) return undefined;
  const expires = attributes.find((attribute) => /^expires=/i.test(attribute));
  return {
    name,
    value: Buffer.from(pair.slice(name.length + 1), 'base64').toString('base64url'),
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: attributes.some((attribute) => /^secure$/i.test(attribute)),
    ...(expires === undefined ? {} : { expires: new Date(expires.slice('expires='.length)) }),
  };
};
