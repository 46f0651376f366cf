import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

type Cbor = number | string | Buffer | ReadonlyMap<number | string, Cbor>;

/** Major type and length; lengths below 65,536. */
const head = (major: number, length: number): Buffer =>
  length < 24
    ? Buffer.from([(major << 5) | length])
    : length < 256
      ? Buffer.from([(major << 5) | 24, length])
      : Buffer.from([(major << 5) | 25, length >> 8, length & 255]);

/** @see https://www.rfc-editor.org/rfc/rfc8949 */
const toCbor = (value: Cbor): Buffer => {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(toCbor)]);
};

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

const clientData = (challenge: string, type: string, origin: string): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

/** What a response says, if not what a browser and an authenticator would. */
export interface Claims {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly isVerified?: boolean;
  readonly counter?: number;
  readonly userHandle?: string | undefined;
  readonly algorithm?: number;
  /** Registers an RSA key with a modulus of this size. */
  readonly rsaBytes?: number;
}

/**
 * A browser with an authenticator that holds one passkey: an ES256 key with real signatures, without attestation.
 * @see https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data
 */
export const createAuthenticator = ({ site, id = randomBytes(16) }: { readonly site: URL; readonly id?: Buffer }) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const credentialId = id.toString('base64url');
  let userId = '';
  let counter = 0;

  const authenticatorData = ({ rpId, isVerified = true, counter: count }: Claims, attested?: Buffer): Buffer => {
    const flags = 1 | (isVerified ? 4 : 0) | (attested === undefined ? 0 : 64);
    const counted = Buffer.alloc(4);
    counted.writeUInt32BE(count ?? counter);
    return Buffer.concat([
      sha256(rpId ?? site.hostname),
      Buffer.from([flags]),
      counted,
      ...(attested === undefined ? [] : [attested]),
    ]);
  };
  const credential = { id: credentialId, rawId: credentialId, type: 'public-key', clientExtensionResults: {} };

  return {
    id: credentialId,
    /** RegistrationResponseJSON */
    create: (options: { readonly challenge: string; readonly user: { readonly id: string } }, claims: Claims = {}) => {
      userId = options.user.id;
      const key =
        claims.rsaBytes === undefined
          ? new Map<number, Cbor>([
              [1, 2],
              [3, claims.algorithm ?? -7],
              [-1, 1],
              [-2, Buffer.from(x, 'base64url')],
              [-3, Buffer.from(y, 'base64url')],
            ])
          : new Map<number, Cbor>([
              [1, 3],
              [3, -257],
              [-1, randomBytes(claims.rsaBytes)],
              [-2, Buffer.from([1, 0, 1])],
            ]);
      const length = Buffer.from([id.length >> 8, id.length & 255]);
      const attested = Buffer.concat([Buffer.alloc(16), length, id, toCbor(key)]);
      const attestation = new Map<string, Cbor>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authenticatorData(claims, attested)],
      ]);
      const data = clientData(options.challenge, claims.type ?? 'webauthn.create', claims.origin ?? site.origin);
      const response = {
        clientDataJSON: data.toString('base64url'),
        attestationObject: toCbor(attestation).toString('base64url'),
        transports: ['internal', 'hybrid'],
      };
      return { ...credential, response };
    },
    /** AuthenticationResponseJSON */
    get: (options: { readonly challenge: string }, claims: Claims = {}) => {
      counter = claims.counter ?? counter + 1;
      const data = clientData(options.challenge, claims.type ?? 'webauthn.get', claims.origin ?? site.origin);
      const authData = authenticatorData(claims);
      const response = {
        clientDataJSON: data.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', Buffer.concat([authData, sha256(data)]), privateKey).toString('base64url'),
        userHandle: 'userHandle' in claims ? claims.userHandle : userId,
      };
      return { ...credential, response };
    },
  };
};
