import { z } from 'zod';
import { longestEmail, longestLocalPart, normaliseEmail, normalisePassword } from '../domain/credentials.ts';
import { longestPassword, passwordProblem, shortestPassword } from '../domain/new-password.ts';

/** What browsers accept in a field for an e-mail, within the lengths of the RFC. */
export const email = z
  .string('Email must be valid')
  .transform(normaliseEmail)
  .pipe(
    z
      .email({ pattern: z.regexes.html5Email, error: 'Email must be valid' })
      .max(longestEmail, 'Email is too long')
      .refine((address) => address.lastIndexOf('@') <= longestLocalPart, 'Email has too many characters before its @'),
  )
  .meta({ format: 'email', maxLength: longestEmail });

/** A password that an account with this e-mail (normalised) may get. Without an e-mail, one that some account may get. */
export const newPasswordFor = (accountEmail?: string) =>
  z
    .string('Password must be provided')
    .check(({ value, issues }) => {
      const problem = passwordProblem(value, accountEmail);
      if (problem !== undefined) issues.push({ code: 'custom', message: problem, input: value });
    })
    .transform(normalisePassword)
    .meta({ minLength: shortestPassword, maxLength: longestPassword });

export const newCredentials = z.object({ email, password: newPasswordFor() }).check(({ value, issues }) => {
  const problem = passwordProblem(value.password, value.email);
  if (problem !== undefined) issues.push({ code: 'custom', message: problem, input: value, path: ['password'] });
});

/** Any password but an empty one: the rules of new passwords do not hold for those that accounts have already. */
export const knownPassword = z
  .string('Password must be provided')
  .min(1, 'Password must be provided')
  .transform(normalisePassword);

export const knownCredentials = z.object({ email, password: knownPassword });

/** Of a link that was mailed. */
export const linkToken = z.string('Token must be provided').max(500, 'This link is no longer valid');

/** The normalised e-mail of a body, even if the rest of the body is invalid. */
export const accountOf = (body: unknown): string | undefined => z.object({ email }).safeParse(body).data?.email;
