import { randomUUID } from 'node:crypto';

/** An id like Stripe's: `pi_` and 24 letters and digits. */
export const newId = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '').slice(8)}`;
