import { listingDetails, type ListingDetail } from '@ticketing/common/events';
import { currencyOf } from '@ticketing/common/money';
import * as z from 'zod/mini';
import type { ApiError } from '../api/api.ts';
import { createTicket, editTicket, type ListingBody } from '../api/marketplace.ts';
import { parsePrice } from '../money.ts';
import {
  answerTo,
  failed,
  fieldOf,
  goTo,
  refuse,
  type FormDeps,
  type FormOperation,
  type FormQuestion,
  type FormState,
} from './form-state.ts';
import { keyedForm, sendKeyed } from './keyed-form.ts';
import { findStart } from './listing-start.ts';
import { priceProblemOf, sentField, withoutEmpty } from './listing-body.ts';
import { listSeat } from './list-seat.ts';
import { askAgain, sameSeatQuestion, seatKey } from './same-seat.ts';
import { readSeats, seatsField } from './seats.ts';
import { listedSeatsField, sellSeveral } from './sell-several.ts';

/** The fields of a listing's form. */
export const listingFields = ['title', 'price', ...listingDetails] as const;

type Values = Readonly<Record<(typeof listingFields)[number], string>>;

/** What a field holds when it was filled with this text: browsers change the ends of lines, and a line has none. */
const asTyped = (name: string, text: string): string =>
  (name === 'description' ? text.replaceAll(/\r\n?/g, '\n') : text.replaceAll(/[\r\n]/g, '')).trim();

const readValues = (form: FormData): Values => {
  const value = (name: string): string => asTyped(name, fieldOf(form, name));
  return {
    title: value('title'),
    price: value('price'),
    category: value('category'),
    venue: value('venue'),
    city: value('city'),
    startsAt: value('startsAt'),
    timeZone: value('timeZone'),
    section: value('section'),
    row: value('row'),
    seat: value('seat'),
    description: value('description'),
  };
};

/** The hidden field with the values with which the form was filled. */
export const shownField = 'shown';

const shownValues = z.record(z.string(), z.string());

/** The values with which the form was filled; a page of the release before does not send them. */
const readShown = (form: FormData): Readonly<Record<string, string>> => {
  try {
    return shownValues.parse(JSON.parse(fieldOf(form, shownField)));
  } catch {
    return {};
  }
};

interface ReadListing {
  readonly listing: ListingBody;
  /** Which questions were asked, with their answers. */
  readonly questions: FormQuestion[];
}

type Input = ReadListing | { readonly state: FormState };

/** The listing that the fields describe, with the details for which `isSent` holds; an empty one is null. */
const readListing = async (
  deps: FormDeps,
  form: FormData,
  values: Values,
  isSent: (name: ListingDetail) => boolean,
): Promise<Input> => {
  // A page of the release before sends no currency: its prices are in usd.
  const currency = currencyOf(fieldOf(form, 'currency') || 'usd');
  const price = parsePrice(values.price, currency);
  const problem = priceProblemOf(price, currency);
  const questions: FormQuestion[] = [];
  const isStartSent = isSent('startsAt') || isSent('timeZone');
  const start = isStartSent && values.startsAt !== '' ? await findStart(deps, form, values, questions) : undefined;
  const errors: readonly ApiError[] = [
    ...(values.title === '' ? [{ field: 'title', message: 'Give the ticket a title' }] : []),
    ...(problem === undefined ? [] : [{ field: 'price', message: problem }]),
    ...(start !== undefined && 'errors' in start ? start.errors : []),
  ];
  if (errors.length > 0 || price === undefined) return { state: { ...refuse(errors, values), questions } };
  if (start !== undefined && !('startsAt' in start)) return { state: { ...refuse([], values), questions } };
  const details = listingDetails
    .filter(isSent)
    .map((name) => [name, values[name] === '' ? null : values[name]] as const);
  return { listing: { ...Object.fromEntries(details), title: values.title, price, ...start }, questions };
};

const sellOne = async (deps: FormDeps, form: FormData, values: Values, input: ReadListing): Promise<FormState> => {
  const { listing, questions } = input;
  const sentFor = JSON.stringify(withoutEmpty(listing));
  const question = fieldOf(form, sentField) === sentFor ? undefined : await sameSeatQuestion(deps, [listing]);
  if (question !== undefined && answerTo(form, questions, question) === undefined)
    return { ...refuse([], values), questions };
  const result =
    seatKey(listing) === undefined
      ? await sendKeyed(form, (key) => createTicket(deps.api, withoutEmpty(listing), key))
      : await listSeat(deps, form, listing);
  if (result === 'listed-before')
    return { ...refuse([], values), questions: [...questions, askAgain([listing], false)] };
  return result.ok
    ? goTo(`/tickets/${encodeURIComponent(result.data.id)}?listed=1`)
    : { ...failed(result.failure, '/tickets/new', { ...values, [sentField]: sentFor }), questions };
};

export const sellForm: FormOperation = keyedForm(async (deps, form): Promise<FormState> => {
  const fields = readValues(form);
  const values = {
    ...fields,
    [seatsField]: fieldOf(form, seatsField),
    [listedSeatsField]: fieldOf(form, listedSeatsField),
  };
  const read = readSeats(values[seatsField]);
  const seats = 'problem' in read ? [] : read.seats;
  const problems = [
    ...('problem' in read ? [{ field: seatsField, message: read.problem }] : []),
    ...(seats.length > 0 && fields.seat !== ''
      ? [{ field: 'seat', message: 'Leave this empty for several seats' }]
      : []),
  ];
  const input = await readListing(deps, form, fields, () => true);
  if ('state' in input) return { ...input.state, ...refuse([...input.state.errors, ...problems], values) };
  if (problems.length > 0) return { ...refuse(problems, values), questions: input.questions };
  return seats.length === 0 ? sellOne(deps, form, fields, input) : sellSeveral(deps, form, values, { ...input, seats });
});

/** Sends what was changed only: a field shows less than the listing has, such as no seconds of its start. */
export const editForm: FormOperation = async (deps, form): Promise<FormState> => {
  const ticketId = fieldOf(form, 'ticketId');
  const ticketPath = `/tickets/${encodeURIComponent(ticketId)}`;
  const values = readValues(form);
  const shown = readShown(form);
  const isChanged = (name: ListingDetail): boolean => {
    const before = shown[name];
    return before === undefined || asTyped(name, before) !== values[name];
  };
  const input = await readListing(deps, form, values, isChanged);
  if ('state' in input) return input.state;
  const result = await editTicket(deps.api, ticketId, input.listing);
  return result.ok
    ? goTo(ticketPath)
    : { ...failed(result.failure, `${ticketPath}/edit`, values), questions: input.questions };
};
