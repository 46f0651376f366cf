import { createHash } from 'node:crypto';

/** The shape of Stripe's ids of tokens, payment methods, cards and sources. */
export const tokenShape = /^(tok|pm|card|src)_\w+$/;

/** Distinguishes tokens without storing them. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url').slice(0, 22);
