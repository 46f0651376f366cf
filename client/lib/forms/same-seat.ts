import { normaliseText } from '@ticketing/common/events';
import { listTickets, type ListingBody } from '../api/marketplace.ts';
import type { ListedTicket } from '../api/schemas.ts';
import { isolated } from '../isolated.ts';
import type { FormDeps, FormQuestion } from './form-state.ts';

/** As many as a page of the list has at most. */
const maxRead = 100;

export type Seat = Pick<ListingBody, 'title'> & {
  readonly [Detail in 'venue' | 'city' | 'startsAt' | 'section' | 'row' | 'seat']?: string | null | undefined;
};

/** Equal for listings of the same seat of one event. Without a seat, as in a standing area, nothing is the same. */
export const seatKey = ({ title, venue, city, startsAt, section, row, seat }: Seat): string | undefined => {
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

/** The question whether seats are listed again. */
export const againField = 'again';

export const askAgain = (again: readonly Seat[], isSeveral: boolean): FormQuestion => ({
  name: againField,
  text: isSeveral
    ? `You have listed some of these seats already: ${again.map(({ seat }) => isolated(seat ?? '')).join(', ')}. List them again?`
    : 'You have listed this seat already. List it again?',
  choices: [
    {
      // No line breaks, which browsers change when they send a form.
      value: JSON.stringify(again.map(seatKey)),
      label: isSeveral ? 'Yes, list them again' : 'Yes, list it again',
    },
  ],
});

/** Asks whether seats of one event are listed again, if the user has listed any of them already and not withdrawn it. */
export const sameSeatQuestion = async (
  { api }: Pick<FormDeps, 'api'>,
  seats: readonly Seat[],
  { isSeveral = false }: { readonly isSeveral?: boolean } = {},
): Promise<FormQuestion | undefined> => {
  const [first] = seats;
  if (first === undefined || seats.every((seat) => seatKey(seat) === undefined)) return undefined;
  const own = await listTickets(api, queryFor(first));
  // Without an answer the seats are listed: the API takes them.
  const offered = new Set(own.ok ? own.data.filter(isOffered).map(seatKey) : []);
  const again = seats.filter((seat) => seatKey(seat) !== undefined && offered.has(seatKey(seat)));
  return again.length === 0 ? undefined : askAgain(again, isSeveral);
};
