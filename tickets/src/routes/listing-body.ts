import { RequestValidationError } from '@ticketing/common/errors';
import { mapListingDetails, textLimits, ticketCategories, titleLimit } from '@ticketing/common/events';
import { lineOfText, linesOfText, payablePrice } from '@ticketing/common/http';
import { currencyOf, type Currency } from '@ticketing/common/money';
import { isTimeZone } from '@ticketing/common/time';
import { z } from 'zod';
import { moment } from './moment.ts';

/** Stands for every currency where a request is described: the descriptions have nothing of its own. */
export const anyCurrency = currencyOf('usd');

const title = lineOfText('Title', titleLimit);

const startsAt = moment('StartsAt');

const timeZone = z
  .string('TimeZone must be text')
  .refine(isTimeZone, 'TimeZone must be the IANA name of a time zone, such as Europe/Zurich')
  .meta({ description: 'Of the venue: an IANA name, no offset and no abbreviation but UTC' });

const category = z.enum(ticketCategories, `Category must be one of ${ticketCategories.join(', ')}`);

const detail = (name: keyof typeof textLimits) => {
  const label = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return (name === 'description' ? linesOfText : lineOfText)(label, textLimits[name]);
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
