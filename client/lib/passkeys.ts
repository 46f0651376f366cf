/** The browser's dialogs for passkeys, by WebAuthn's JSON forms of its options and responses. */
export interface PasskeyDialogs {
  readonly create: (options: PublicKeyCredentialCreationOptionsJSON) => Promise<object>;
  readonly get: (options: PublicKeyCredentialRequestOptionsJSON) => Promise<object>;
}

/** Older browsers have no passkeys, or none in JSON; pages from an insecure address have none either. */
export const supportsPasskeys = (): boolean =>
  typeof PublicKeyCredential === 'function' &&
  'parseCreationOptionsFromJSON' in PublicKeyCredential &&
  'parseRequestOptionsFromJSON' in PublicKeyCredential;

const toJson = (credential: Credential | null): object => {
  if (credential instanceof PublicKeyCredential) return credential.toJSON();
  throw new TypeError('The browser has returned no passkey');
};

export const passkeyDialogs: PasskeyDialogs = {
  create: async (options) =>
    toJson(
      await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
    ),
  get: async (options) =>
    toJson(await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })),
};
