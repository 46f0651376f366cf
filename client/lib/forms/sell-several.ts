import { currencyOf } from '@ticketing/common/money';
import * as z from 'zod/mini';
import type { ListingBody } from '../api/marketplace.ts';
import { isolated } from '../isolated.ts';
import { parsePrice } from '../money.ts';
import {
  answerTo,
  failed,
  fieldOf,
  goTo,
  refuse,
  type FormDeps,
  type FormQuestion,
  type FormState,
} from './form-state.ts';
import { listSeat } from './list-seat.ts';
import { priceProblemOf, sentField, withoutEmpty } from './listing-body.ts';
import { againField, askAgain, sameSeatQuestion, seatKey } from './same-seat.ts';
import { maxSeats, seatsField, type Seat } from './seats.ts';

/** The hidden field with those of several seats that are listed already. */
export const listedSeatsField = 'listedSeats';

const listedSeats = z
  .array(z.object({ key: z.string(), seat: z.string(), ticketId: z.string() }))
  .check(z.maxLength(maxSeats));

/** More than so many seats with the longest texts take. */
const maxListedText = 250_000;

/** The seats that a form has listed before another one failed. */
export const readListedSeats = (text: string): z.infer<typeof listedSeats> => {
  if (text.length > maxListedText) return [];
  try {
    return listedSeats.parse(JSON.parse(text));
  } catch {
    return [];
  }
};

const signedOut = 'You are signed out. Sign in again in another tab, then list the other seats here.';

/** The listing of each seat, or what is wrong with the price of one. */
const listingsOf = (
  form: FormData,
  listing: ListingBody,
  seats: readonly Seat[],
): readonly ListingBody[] | { readonly problem: string } => {
  const currency = currencyOf(fieldOf(form, 'currency') || 'usd');
  const listings: ListingBody[] = [];
  for (const { seat, price: typed } of seats) {
    const price = typed === undefined ? listing.price : parsePrice(typed, currency);
    const problem = priceProblemOf(price, currency);
    if (price === undefined || problem !== undefined) return { problem: `Seat ${isolated(seat)}: ${problem ?? ''}` };
    listings.push({ ...listing, seat, price });
  }
  return listings;
};

/**
 * Lists seats one by one, as the API does, until one fails. The form keeps what is listed: sent again, it lists the rest. It asks
 * about seats that it has listed with other details, once it has listed the others.
 */
export const sellSeveral = async (
  deps: FormDeps,
  form: FormData,
  values: FormState['values'],
  sale: { readonly listing: ListingBody; readonly questions: FormQuestion[]; readonly seats: readonly Seat[] },
): Promise<FormState> => {
  const { questions } = sale;
  const listings = listingsOf(form, sale.listing, sale.seats);
  if ('problem' in listings)
    return { ...refuse([{ field: seatsField, message: listings.problem }], values), questions };
  const listed = readListedSeats(fieldOf(form, listedSeatsField));
  const idOf = (listing: ListingBody) => listed.find(({ key }) => key === seatKey(listing))?.ticketId;
  const open = listings.filter((listing) => idOf(listing) === undefined);
  const sentFor = JSON.stringify([withoutEmpty(sale.listing), values[seatsField]]);
  const question =
    fieldOf(form, sentField) === sentFor ? undefined : await sameSeatQuestion(deps, open, { isSeveral: true });
  if (question !== undefined && answerTo(form, questions, question) === undefined)
    return { ...refuse([], values), questions };
  const keys = new Set(listings.map(seatKey));
  const keep = () => {
    // Those of this form, and the newest of what it listed before it was changed.
    const last = listed.toSorted((a, b) => Number(keys.has(a.key)) - Number(keys.has(b.key))).slice(-maxSeats);
    return { last, kept: { ...values, [sentField]: sentFor, [listedSeatsField]: JSON.stringify(last) } };
  };
  const listedBefore: ListingBody[] = [];
  for (const listing of open) {
    const result = await listSeat(deps, form, listing);
    if (result === 'listed-before') {
      listedBefore.push(listing);
      continue;
    }
    if (!result.ok) {
      const { last, kept } = keep();
      // The way to the sign-in page would lose what is listed.
      const state =
        result.failure.status === 401 && last.length > 0
          ? refuse([{ message: signedOut }], kept)
          : failed(result.failure, '/tickets/new', kept);
      const errors = state.errors.map((error) => (error.field === 'seat' ? { ...error, field: seatsField } : error));
      return { ...state, errors, questions };
    }
    listed.push({ key: seatKey(listing) ?? '', seat: listing.seat ?? '', ticketId: result.data.id });
  }
  if (listedBefore.length > 0) {
    const others = questions.filter(({ name }) => name !== againField);
    return { ...refuse([], keep().kept), questions: [...others, askAgain(listedBefore, true)] };
  }
  return goTo(`/tickets/listed?ids=${listings.map(idOf).join(',')}`);
};
