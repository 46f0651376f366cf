import { createHash } from 'node:crypto';
import { normaliseText } from '../normalise-text.ts';

/** What two listings of one event have in common. */
interface EventDetails {
  readonly title: string;
  readonly venue?: string | undefined;
  readonly city?: string | undefined;
  /** A time of any precision and offset; only the moment counts. */
  readonly startsAt?: Date | string | undefined;
}

/**
 * The id of the event that a listing is for. Listings have the same one exactly when title, venue, city and start are the
 * same after normalisation: NFKC, case-folded, spaces collapsed. A detail that is absent differs from every value.
 *
 * It is the first 24 hexadecimal digits of the SHA-256 of the JSON array [title, venue, city, start], with null for what is
 * absent and the start as ISO 8601 in UTC with milliseconds. It is stored, so it must never change.
 */
export const eventIdOf = ({ title, venue, city, startsAt }: EventDetails): string => {
  const texts = [title, venue, city].map((text) => (text === undefined ? null : normaliseText(text)));
  const start = startsAt === undefined ? null : new Date(startsAt).toISOString();
  return createHash('sha256')
    .update(JSON.stringify([...texts, start]))
    .digest('hex')
    .slice(0, 24);
};
