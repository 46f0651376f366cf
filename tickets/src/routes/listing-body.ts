import { RequestValidationError } from '@ticketing/common/errors';
import { mapListingDetails, textLimits, ticketCategories, titleLimit } from '@ticketing/common/events';
import { payablePrice } from '@ticketing/common/http';
import { currencyOf, type Currency } from '@ticketing/common/money';
import { isTimeZone } from '@ticketing/common/time';
import { z } from 'zod';
import { moment } from './moment.ts';

/** Stands for every currency where a request is described: the descriptions have nothing of its own. */
export const anyCurrency = currencyOf('usd');

const text = (name: string, max: number) =>
  z
    .string(`${name} must be text`)
    .trim()
    .min(1, `${name} must not be empty`)
    .max(max, `${name} must have at most ${max} characters`);

/** What a character takes in JSON at most; only control characters and halves of surrogate pairs take more: six bytes. */
const bytesPerCharacter = 3;

/** A text that events carry. Its size in JSON is bounded, so that an event has at most 4 KB. */
const eventText = (name: string, max: number) =>
  text(name, max).refine(
    (value) => Buffer.byteLength(JSON.stringify(value)) <= bytesPerCharacter * max + 2,
    `${name} has too many control characters`,
  );

const title = eventText('Title', titleLimit).meta({ pattern: String.raw`\S` });

const startsAt = moment('StartsAt');

const timeZone = z
  .string('TimeZone must be text')
  .refine(isTimeZone, 'TimeZone must be the IANA name of a time zone, such as Europe/Zurich')
  .meta({ description: 'Of the venue: an IANA name, no offset and no abbreviation but UTC' });

const category = z.enum(ticketCategories, `Category must be one of ${ticketCategories.join(', ')}`);

const detail = (name: keyof typeof textLimits) => {
  const label = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return name === 'description' ? text(label, textLimits[name]) : eventText(label, textLimits[name]);
};

/** A new listing. */
export const createTicketBody = (currency: Currency) =>
  z.object({
    title,
    price: payablePrice(currency),
    ...mapListingDetails({
      category: category.exactOptional(),
      text: (name) => detail(name).exactOptional(),
      startsAt: startsAt.exactOptional(),
      timeZone: timeZone.exactOptional(),
    }),
  });

/** An edit: a detail that is left out stays, null clears it. */
export const editTicketBody = (currency: Currency) =>
  z.object({
    title,
    price: payablePrice(currency),
    ...mapListingDetails({
      category: category.nullish(),
      text: (name) => detail(name).nullish(),
      startsAt: startsAt.nullish(),
      timeZone: timeZone.nullish(),
    }),
  });

/** @throws RequestValidationError if the event has begun. */
export const requireFuture = (startsAt: Date | null | undefined, now: Date): void => {
  if (startsAt instanceof Date && startsAt <= now)
    throw new RequestValidationError([{ message: 'StartsAt must be in the future', field: 'startsAt' }]);
};
