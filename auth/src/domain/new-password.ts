import { commonPasswords } from './common-passwords.ts';
import { normalisePassword } from './credentials.ts';

export const shortestPassword = 8;
export const longestPassword = 128;

const inAnyCase = (password: string): string => normalisePassword(password).toLowerCase();

/** The part before the last `@`, which is a name that others know. */
const localPart = (email: string): string => email.slice(0, email.lastIndexOf('@'));

/**
 * Why an account with this e-mail (normalised) may not get this password, or undefined if it may. Applies to new passwords
 * only: what an account has already keeps its owner signed in. Length counts code points, so that an emoji is one character.
 * Spaces count too: a password is never trimmed.
 *
 * @see https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
 */
export const passwordProblem = (password: string, email?: string): string | undefined => {
  const length = Array.from(password).length;
  if (length < shortestPassword || length > longestPassword)
    return `Password must be between ${shortestPassword} and ${longestPassword} characters`;
  const known = inAnyCase(password);
  if (commonPasswords.has(known)) return 'Password must not be one of the 10,000 most common';
  if (email !== undefined && [email, localPart(email)].includes(known))
    return 'Password must not be the email address or the part before its @';
  return undefined;
};
