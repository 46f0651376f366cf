import { z } from 'zod';

// In UTC an offset can push a date into a year of five digits, which an event cannot hold.
const isInRange = (date: Date): boolean => date.getUTCFullYear() >= 1970 && date.getUTCFullYear() <= 9999;

/** A moment with its offset, in bodies and queries alike. */
export const moment = (name: string, error = `${name} must be an ISO 8601 date and time`) =>
  z.iso
    .datetime({ offset: true, error })
    .transform((value) => new Date(value))
    .refine(isInRange, `${name} must be a date of 1970 or later`);
