import { currencyOf, formatMoney } from '@ticketing/common/money';
import { formatInFull } from '@ticketing/common/time';
import { z } from 'zod';

/** What the mails about a sale say of its event. */
export const eventDetails = {
  title: z.string(),
  startsAt: z.string().optional(),
  timeZone: z.string().optional(),
  venue: z.string().optional(),
  city: z.string().optional(),
  /** Minor units of `currency`. */
  price: z.number(),
  /** Absent from mails that the release before has enqueued, whose prices were in usd. */
  currency: z.string().optional(),
};

type EventDetails = z.output<z.ZodObject<typeof eventDetails>>;

/** Where the event is, as far as that is known. */
const placeOf = ({ venue, city }: Pick<EventDetails, 'venue' | 'city'>): string =>
  [venue, city].filter((part) => part !== undefined).join(', ');

/** The rows of the mail's table. */
export const eventRows = (event: EventDetails): (readonly [string, string])[] => [
  ['Ticket', event.title],
  ...(event.startsAt === undefined ? [] : [['When', formatInFull(event.startsAt, event.timeZone)] as const]),
  ...(placeOf(event) === '' ? [] : [['Where', placeOf(event)] as const]),
  ['Price', formatMoney(currencyOf(event.currency ?? 'usd'), event.price)],
];

/** Of the delivery; both absent if a release without deliveries has sold the ticket, or enqueued the mail. */
export const deliveryDetails = {
  deliverBy: z.string().optional(),
  isDelivered: z.boolean().optional(),
};
