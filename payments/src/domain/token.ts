import { createHash } from 'node:crypto';

/** How Stripe's tokens, payment methods, cards and sources are named. */
export const tokenShape = /^(tok|pm|card|src)_\w+$/;

/** Tells two tokens apart without keeping either. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url').slice(0, 22);
