import { randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const length = 24;

/** An id of Stripe's look: `pi_` and 24 letters and digits. */
export const newId = (prefix: string): string => {
  let id = `${prefix}_`;
  for (const byte of randomBytes(length)) id += alphabet[byte % alphabet.length];
  return id;
};
