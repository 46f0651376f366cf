import { z } from 'zod';
import { defineEvent } from './define-event.ts';

export const userState = z.object({
  id: z.string(),
  version: z.number().int(),
  /** Of a closed account a placeholder, which is no address. */
  email: z.string().optional(),
  /** Absent until the owner has followed the link that was mailed to `email`. */
  emailVerified: z.boolean().optional(),
  /** When the password was last changed or reset. */
  passwordChangedAt: z.iso.datetime().optional(),
  closedAt: z.iso.datetime().optional(),
  /** When an operator last suspended the account, and last ended that: the later one counts. */
  suspendedAt: z.iso.datetime().optional(),
  reinstatedAt: z.iso.datetime().optional(),
});

export const userCreated = defineEvent('user.created', userState);
export const userUpdated = defineEvent('user.updated', userState);
/** The account is closed for good: whoever has a copy forgets its e-mail. */
export const userClosed = defineEvent('user.closed', userState);

/** Of an account that is not closed. Texts are compared as such: all of them are ISO 8601 in UTC with milliseconds. */
export const isSuspended = <Time extends string | Date>({
  suspendedAt,
  reinstatedAt,
}: {
  readonly suspendedAt?: Time | undefined;
  readonly reinstatedAt?: Time | undefined;
}): boolean => suspendedAt !== undefined && (reinstatedAt === undefined || reinstatedAt < suspendedAt);

export type UserState = z.infer<typeof userState>;
