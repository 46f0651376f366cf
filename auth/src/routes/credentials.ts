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
  .pipe(z.email('Email must be valid').max(longestEmail, 'Email is too long'));

export const newCredentials = z.object({
  email,
  password: z
    .string('Password must be provided')
    .refine(isPasswordLongEnough, `Password must be between ${shortestPassword} and ${longestPassword} characters`)
    .transform(normalisePassword),
});

/** No rule but presence: what is too short or too long is no account's password. */
export const knownCredentials = z.object({
  email,
  password: z.string('Password must be provided').min(1, 'Password must be provided').transform(normalisePassword),
});

/** The account that a body names, whatever else is wrong with it. */
export const accountOf = (body: unknown): string | undefined => z.object({ email }).safeParse(body).data?.email;
