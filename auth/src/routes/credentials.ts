import { z } from 'zod';
import {
  isPasswordLongEnough,
  longestEmail,
  longestPassword,
  normaliseEmail,
  normalisePassword,
  shortestPassword,
} from '../domain/credentials.ts';

const email = z
  .string('Email must be valid')
  .transform(normaliseEmail)
  .pipe(z.email('Email must be valid').max(longestEmail, 'Email is too long'))
  .meta({ format: 'email', maxLength: longestEmail });

export const newCredentials = z.object({
  email,
  password: z
    .string('Password must be provided')
    .refine(isPasswordLongEnough, `Password must be between ${shortestPassword} and ${longestPassword} characters`)
    .transform(normalisePassword)
    .meta({ minLength: shortestPassword, maxLength: longestPassword }),
});

/** Any password but an empty one: one of the wrong length is simply a wrong password. */
export const knownCredentials = z.object({
  email,
  password: z.string('Password must be provided').min(1, 'Password must be provided').transform(normalisePassword),
});

/** The normalised e-mail of a body, even if the rest of the body is invalid. */
export const accountOf = (body: unknown): string | undefined => z.object({ email }).safeParse(body).data?.email;
