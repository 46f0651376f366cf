import { normaliseText } from '@ticketing/common/events';
import { listTickets, type ListingBody } from '../api/marketplace.ts';
import type { ListedTicket } from '../api/schemas.ts';
import type { FormDeps, FormQuestion } from './form-state.ts';

/** As many as a page of the list has at most. */
const maxRead = 100;

type Seat = Pick<ListingBody, 'title'> & {
  readonly [Detail in 'venue' | 'city' | 'startsAt' | 'section' | 'row' | 'seat']?: string | null | undefined;
};

/** Equal for listings of the same seat of one event. Without a seat, as in a standing area, nothing is the same. */
const seatKey = ({ title, venue, city, startsAt, section, row, seat }: Seat): string | undefined => {
  if (seat === undefined || seat === null) return undefined;
  const texts = [title, venue, city, section, row, seat].map((text) => normaliseText(text ?? ''));
  return JSON.stringify([...texts, startsAt === undefined || startsAt === null ? null : Date.parse(startsAt)]);
};

const isOffered = ({ withdrawnAt }: ListedTicket): boolean => withdrawnAt === undefined;

/** The listings of the user that may be of the same seat. */
const queryFor = ({ title, city, startsAt }: Seat): URLSearchParams => {
  const conditions = {
    // A search without words finds nothing.
    ...(/[\p{L}\p{N}]/u.test(title) ? { q: title.slice(0, 200) } : {}),
    ...(city === undefined || city === null ? {} : { city }),
    ...(startsAt === undefined || startsAt === null ? {} : { from: startsAt, to: startsAt }),
  };
  return new URLSearchParams({ mine: 'true', limit: String(maxRead), ...conditions });
};

/** Asks whether the seat is listed again, if the user has listed it already and not withdrawn it. */
export const sameSeatQuestion = async (
  { api }: Pick<FormDeps, 'api'>,
  listing: Seat,
): Promise<FormQuestion | undefined> => {
  const key = seatKey(listing);
  if (key === undefined) return undefined;
  const own = await listTickets(api, queryFor(listing));
  // Without an answer the seat is listed: the API takes it.
  if (!own.ok || !own.data.some((ticket) => isOffered(ticket) && seatKey(ticket) === key)) return undefined;
  return {
    name: 'again',
    text: 'You have listed this seat already. List it again?',
    choices: [{ value: key, label: 'Yes, list it again' }],
  };
};
