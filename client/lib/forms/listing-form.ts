import { listingDetails, mapListingDetails, type ListingDetail } from '@ticketing/common/events';
import { currencyOf, examplePrice, priceProblem, type Currency } from '@ticketing/common/money';
import type { ApiError } from '../api/api.ts';
import { createTicket, editTicket, type ListingBody } from '../api/marketplace.ts';
import { fromInputValue } from '../dates.ts';
import { parsePrice } from '../money.ts';
import { failed, fieldOf, goTo, refuse, type FormOperation, type FormState } from './form-state.ts';
import { keyedForm, sendKeyed } from './keyed-form.ts';

/** The fields of a listing's form. */
export const listingFields = ['title', 'price', ...listingDetails] as const;

const readValues = (form: FormData): Record<string, string> =>
  Object.fromEntries(listingFields.map((name) => [name, fieldOf(form, name).trim()]));

const problemOf = (price: number | undefined, currency: Currency): string | undefined => {
  if (price === undefined || price <= 0) return `Enter a price such as ${examplePrice(currency)}`;
  const problem = priceProblem(currency, price);
  return problem === undefined ? undefined : `Price ${problem}`;
};

/** The listing that the fields describe; an empty detail is null. */
export const readListing = (
  values: Readonly<Record<string, string>>,
  currency: Currency,
): { readonly listing: ListingBody } | { readonly errors: readonly ApiError[] } => {
  const title = values.title ?? '';
  const price = parsePrice(values.price ?? '', currency);
  const problem = problemOf(price, currency);
  const given = (name: ListingDetail): string | null => (values[name] === '' ? null : (values[name] ?? null));
  const typedStart = given('startsAt');
  const startsAt = typedStart === null ? null : fromInputValue(typedStart);
  const errors = [
    ...(title === '' ? [{ field: 'title', message: 'Give the ticket a title' }] : []),
    ...(problem === undefined ? [] : [{ field: 'price', message: problem }]),
    ...(startsAt === undefined ? [{ field: 'startsAt', message: 'Enter a date and a time' }] : []),
  ];
  if (errors.length > 0 || price === undefined || startsAt === undefined) return { errors };
  const details = mapListingDetails({
    category: given('category'),
    text: given,
    startsAt,
    timeZone: given('timeZone'),
  });
  return { listing: { ...details, title, price } };
};

const withoutEmpty = (listing: ListingBody): ListingBody => ({
  ...Object.fromEntries(Object.entries(listing).filter(([, value]) => value !== null)),
  title: listing.title,
  price: listing.price,
});

const read = (form: FormData) => {
  const values = readValues(form);
  // A page of the release before sends no currency: its prices are in usd.
  return { values, ...readListing(values, currencyOf(fieldOf(form, 'currency') || 'usd')) };
};

export const sellForm: FormOperation = keyedForm(async (deps, form): Promise<FormState> => {
  const input = read(form);
  if ('errors' in input) return refuse(input.errors, input.values);
  const { listing, values } = input;
  const result = await sendKeyed(form, (key) => createTicket(deps.api, withoutEmpty(listing), key));
  return result.ok
    ? goTo(`/tickets/${encodeURIComponent(result.data.id)}?listed=1`)
    : failed(result.failure, '/tickets/new', values);
});

export const editForm: FormOperation = async (deps, form): Promise<FormState> => {
  const ticketId = fieldOf(form, 'ticketId');
  const ticketPath = `/tickets/${encodeURIComponent(ticketId)}`;
  const input = read(form);
  if ('errors' in input) return refuse(input.errors, input.values);
  const result = await editTicket(deps.api, ticketId, input.listing);
  return result.ok ? goTo(ticketPath) : failed(result.failure, `${ticketPath}/edit`, input.values);
};
