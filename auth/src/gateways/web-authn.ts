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

/** EdDSA, ES256 and RS256: every authenticator has one of them. */
const algorithms = [-8, -7, -257];
/** Milliseconds; how long a stored challenge counts too. */
export const ceremonyMs = 5 * 60 * 1000;

export interface PublicKey {
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
  /** The challenge that a response names; undefined if it is malformed. */
  readonly challengeOf: (response: { readonly clientDataJSON: string }) => string | undefined;
  /** The new key; undefined if the response is malformed or made for another challenge or site. */
  readonly verifyNew: (response: RegistrationResponseJSON, challenge: string) => Promise<PublicKey | undefined>;
  /** The new counter; undefined if the response is malformed, made for another challenge or site, or signed by another key. */
  readonly verifyUse: (
    response: AuthenticationResponseJSON,
    challenge: string,
    key: Pick<PublicKey, 'id' | 'publicKey'>,
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
    verifyNew: async (response, expectedChallenge) => {
      const options = { ...expected, response, expectedChallenge, supportedAlgorithmIDs: algorithms };
      // The library throws for every response that it refuses.
      const { registrationInfo } = await verifyRegistrationResponse(options).catch(() => ({
        registrationInfo: undefined,
      }));
      if (registrationInfo === undefined) return undefined;
      const { id, publicKey, counter } = registrationInfo.credential;
      return { id, publicKey: Buffer.from(publicKey).toString('base64url'), counter };
    },
    verifyUse: async (response, expectedChallenge, { id, publicKey }) => {
      // The counter is compared by the write that stores it.
      const credential = { id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter: 0 };
      const options = { ...expected, response, expectedChallenge, credential };
      const result = await verifyAuthenticationResponse(options).catch(() => undefined);
      return result?.verified === true ? result.authenticationInfo.newCounter : undefined;
    },
  };
};
