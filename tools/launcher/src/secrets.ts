import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../data-dir.mjs';
import type { Settings } from '../settings.mjs';

const Secrets = z.object({
  jwtKey: z.string(),
  // Absent from a file of the release before.
  linkKey: z.string().optional(),
  codeKey: z.string().optional(),
  stripeKey: z.string(),
  stripeWebhookSecret: z.string(),
});
export type Secrets = Readonly<Required<z.output<typeof Secrets>>>;

const readKept = (file: string): z.output<typeof Secrets> | undefined => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const found = Secrets.safeParse(JSON.parse(text));
  if (!found.success) throw new Error(`${file} is damaged: restore it, or delete all data with npm start -- --fresh`);
  return found.data;
};

const random = (prefix: string): string => `${prefix}${randomBytes(24).toString('hex')}`;

/**
 * Returns the secrets from the settings, or else those generated at the first start, so that sessions and the sandbox's
 * data stay valid. Secrets from the settings are not stored.
 */
export const readSecrets = (settings: Settings): Secrets => {
  const file = join(settings.dataDir, 'secrets.json');
  const made = {
    jwtKey: random(''),
    linkKey: random(''),
    codeKey: random(''),
    stripeKey: random('sk_test_'),
    stripeWebhookSecret: random('whsec_'),
    ...readKept(file),
  };
  writeWhole(file, `${JSON.stringify(made, null, 2)}\n`, 0o600);
  return {
    jwtKey: settings.jwtKey ?? made.jwtKey,
    linkKey: made.linkKey,
    codeKey: made.codeKey,
    stripeKey: settings.stripeKey ?? made.stripeKey,
    stripeWebhookSecret: settings.stripeWebhookSecret ?? made.stripeWebhookSecret,
  };
};
