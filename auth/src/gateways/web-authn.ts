import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { decodeClientDataJSON } from '@simplewebauthn/server/helpers';

/** EdDSA, ES256 and RS256: every authenticator supports at least one. */
const algorithms = [-8, -7, -257];
/** Timeout of the browser's dialog and lifetime of a stored challenge, in milliseconds. */
export const ceremonyMs = 5 * 60 * 1000;

export interface Credential {
  readonly id: string;
  /** In COSE form, base64url. */
  readonly publicKey: string;
  readonly counter: number;
}

/** Options for the browser's passkey dialogs, and the check of what the browser returns. */
export interface WebAuthn {
  readonly creationOptions: (
    user: { readonly id: string; readonly email: string },
    passkeys: readonly { readonly id: string; readonly transports: string[] }[],
  ) => Promise<PublicKeyCredentialCreationOptionsJSON>;
  readonly requestOptions: () => Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** The challenge that a response names; undefined if the response is malformed. */
  readonly challengeOf: (response: { readonly clientDataJSON: string }) => string | undefined;
  /** The new key; undefined if the response is malformed or made for another challenge or site. */
  readonly verifyRegistration: (
    response: RegistrationResponseJSON,
    challenge: string,
  ) => Promise<Credential | undefined>;
  /** The new counter; undefined if the response is malformed, made for another challenge or site, or signed by another key. */
  readonly verifyAuthentication: (
    response: AuthenticationResponseJSON,
    challenge: string,
    key: Pick<Credential, 'id' | 'publicKey'>,
  ) => Promise<number | undefined>;
}

/** `publicUrl` is that of the site. Its host name must be a domain or `localhost`: browsers refuse passkeys for IP addresses. */
export const createWebAuthn = (publicUrl: URL): WebAuthn => {
  const rpID = publicUrl.hostname;
  const expected = { expectedOrigin: publicUrl.origin, expectedRPID: rpID, requireUserVerification: true };
  return {
    creationOptions: ({ id, email }, passkeys) =>
      generateRegistrationOptions({
        rpName: 'Foyer',
        rpID,
        // The authenticator shows the e-mail to its user. The id is what it returns with each sign-in.
        userID: new TextEncoder().encode(id),
        userName: email,
        userDisplayName: email,
        timeout: ceremonyMs,
        attestationType: 'none',
        excludeCredentials: [...passkeys],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: algorithms,
      }),
    requestOptions: () => generateAuthenticationOptions({ rpID, timeout: ceremonyMs, userVerification: 'required' }),
    challengeOf: ({ clientDataJSON }) => {
      try {
        const { challenge }: { readonly challenge: unknown } = decodeClientDataJSON(clientDataJSON);
        return typeof challenge === 'string' ? challenge : undefined;
      } catch {
        return undefined;
      }
    },
    verifyRegistration: async (response, expectedChallenge) => {
      const options = { ...expected, response, expectedChallenge, supportedAlgorithmIDs: algorithms };
      // The library throws for every response that it refuses.
      const { registrationInfo } = await verifyRegistrationResponse(options).catch(() => ({
        registrationInfo: undefined,
      }));
      if (registrationInfo === undefined) return undefined;
      const { id, publicKey, counter } = registrationInfo.credential;
      return { id, publicKey: Buffer.from(publicKey).toString('base64url'), counter };
    },
    verifyAuthentication: async (response, expectedChallenge, { id, publicKey }) => {
      // 0 turns off the library's check: the conditional write in sign-in-with-passkey.ts compares counters.
      const credential = { id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter: 0 };
      const options = { ...expected, response, expectedChallenge, credential };
      const result = await verifyAuthenticationResponse(options).catch(() => undefined);
      return result?.verified === true ? result.authenticationInfo.newCounter : undefined;
    },
  };
};
