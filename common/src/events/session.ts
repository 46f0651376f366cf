import { z } from 'zod';
import { defineEvent } from './define-event.ts';

/** Days for which a session, and its token, lives. */
export const sessionDays = 7;

/** One session, ended. Its id is the `sid` of its token. */
export const sessionState = z.object({
  id: z.string(),
  version: z.number().int(),
  userId: z.string(),
  /** When its token expires: until then it must be refused. */
  expiresAt: z.iso.datetime(),
});

/** All sessions of a user that began before a time, except one. */
export const endedSessionsOfUser = z.object({
  userId: z.string(),
  issuedBefore: z.iso.datetime(),
  /** The session that goes on: its `sid`. */
  except: z.string().optional(),
  /** When the last of their tokens expires. */
  expiresAt: z.iso.datetime(),
});

export const sessionEnded = defineEvent('session.ended', sessionState);
/** A side event of the user: one event ends any number of sessions. */
export const sessionsEnded = defineEvent('session.ended', endedSessionsOfUser, { aggregateType: 'user' });
