import { lineOfText } from '@ticketing/common/http';
import { z } from 'zod';

const problem = 'Passkey must be valid';
const text = z.string(problem);
/** Of a credential: 1,023 bytes at most (WebAuthn), base64url. */
const credentialId = text.max(1_364, problem);
const longestName = 60;

const credential = {
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key', problem),
  clientExtensionResults: z.object({}, problem),
};

/** The browser's RegistrationResponseJSON, and a name for the passkey. Fields that nothing depends on are left out. */
export const newPasskey = z.object({
  name: lineOfText('Name', longestName),
  ...credential,
  response: z.object(
    {
      clientDataJSON: text,
      attestationObject: text,
      // Browsers may have ones that no specification names yet.
      transports: z
        .array(text.regex(/^[a-z-]{1,20}$/, problem), problem)
        .max(10, problem)
        .exactOptional(),
    },
    problem,
  ),
});

/** The browser's AuthenticationResponseJSON. */
export const passkeyUse = z.object({
  ...credential,
  response: z.object(
    { clientDataJSON: text, authenticatorData: text, signature: text, userHandle: text.exactOptional() },
    problem,
  ),
});

/** PublicKeyCredentialCreationOptionsJSON. */
export const creationOptionsShape = z.looseObject({
  challenge: z.string(),
  rp: z.looseObject({ id: z.string().optional(), name: z.string() }),
  user: z.looseObject({ id: z.string(), name: z.string(), displayName: z.string() }),
});

/** PublicKeyCredentialRequestOptionsJSON. */
export const requestOptionsShape = z.looseObject({ challenge: z.string(), rpId: z.string().optional() });
