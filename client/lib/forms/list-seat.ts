import { normaliseText } from '@ticketing/common/events';
import type { Result } from '../api/api.ts';
import { createTicket, type ListingBody } from '../api/marketplace.ts';
import type { Ticket } from '../api/schemas.ts';
import { fieldOf, type FormDeps } from './form-state.ts';
import { formKeyOf } from './keyed-form.ts';
import { withoutEmpty } from './listing-body.ts';
import { againField, seatKey } from './same-seat.ts';

/** Tells the keys of one form apart. */
const hashOf = (text: string): string => {
  let hash = 5381;
  for (const character of text) hash = (Math.imul(hash, 33) ^ (character.codePointAt(0) ?? 0)) >>> 0;
  return hash.toString(36);
};

/**
 * Lists a seat under a key that the form has for it, whatever else the form says of the seat. So nothing is listed twice, even if
 * the response was lost and the title was changed since. `listed-before`: this form has listed the seat with other details, and the
 * seller has not answered that it is to be listed again.
 */
export const listSeat = async (
  { api }: Pick<FormDeps, 'api'>,
  form: FormData,
  listing: ListingBody,
): Promise<Result<Ticket> | 'listed-before'> => {
  const body = withoutEmpty(listing);
  const seat = [listing.section, listing.row, listing.seat].map((text) => normaliseText(text ?? ''));
  const key = `${formKeyOf(form)}/${hashOf(JSON.stringify(seat))}`;
  const result = await createTicket(api, body, key);
  if (result.ok || result.failure.status !== 422) return result;
  const isAgain = fieldOf(form, againField).includes(JSON.stringify(seatKey(listing)));
  return isAgain ? createTicket(api, body, `${key}/${hashOf(JSON.stringify(body))}`) : 'listed-before';
};
