const name = 'session';

/** The session's cookie of a `Cookie` header, exactly as the browser sent it. */
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
 * The session's cookie of a `Set-Cookie` header, to be set once more. Next percent-encodes what it sets and the
 * services read the value undecoded; written in base64url without padding it is the same bytes to them and needs no
 * encoding.
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
