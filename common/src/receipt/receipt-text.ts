import { currencyOf, formatMoney } from '../money/index.ts';
import { formatLocal, zoneAbbreviation } from '../time/index.ts';

/** What a receipt is about. Amounts are in minor units of `currency`. */
export interface Receipt {
  /** The marketplace's address. */
  readonly site: URL;
  readonly orderId: string;
  readonly paidAt: Date;
  readonly buyerId: string;
  /** Unknown for orders of a release that did not store it. */
  readonly sellerId?: string | undefined;
  readonly ticket: {
    readonly title: string;
    /** ISO 8601. */
    readonly startsAt?: string | undefined;
    readonly timeZone?: string | undefined;
    readonly venue?: string | undefined;
    readonly city?: string | undefined;
    readonly section?: string | undefined;
    readonly row?: string | undefined;
    readonly seat?: string | undefined;
  };
  readonly amount: number;
  readonly currency: string;
  readonly amountRefunded: number;
}

/** The text of a document: a title, rows of a name and a value, and notes below them. */
export interface DocumentText {
  readonly title: string;
  readonly subtitle: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
  readonly notes: readonly string[];
}

const formatTime = (time: Date, timeZone?: string): string =>
  `${formatLocal(time, timeZone, { locale: 'en-GB', dateStyle: 'long', timeStyle: 'short' })} ${zoneAbbreviation(time, timeZone)}`;

/** A row, unless all parts of its value are absent. */
const row = (name: string, ...parts: readonly (string | undefined)[]): readonly (readonly [string, string])[] => {
  const value = parts.filter((part) => part !== undefined).join(', ');
  return value === '' ? [] : [[name, value]];
};

const labelled = (name: string, value: string | undefined): string | undefined =>
  value === undefined ? undefined : `${name} ${value}`;

export const receiptText = (receipt: Receipt): DocumentText => {
  const { site, orderId, paidAt, buyerId, sellerId, ticket, amount, amountRefunded } = receipt;
  const { title, startsAt, timeZone, venue, city, section, row: seatRow, seat } = ticket;
  const money = (minor: number): string =>
    `${formatMoney(currencyOf(receipt.currency), minor)} (${receipt.currency.toUpperCase()})`;
  return {
    title: 'Receipt',
    subtitle: `Foyer, ${site.host}`,
    rows: [
      ...row('Receipt number', orderId),
      ...row('Paid', formatTime(paidAt)),
      ...row('Buyer', `Account ${buyerId}`),
      ...row('Seller', labelled('Participant of the marketplace, account', sellerId)),
      ...row('Ticket', title),
      ...row('Event', startsAt === undefined ? undefined : formatTime(new Date(startsAt), timeZone)),
      ...row('Venue', venue),
      ...row('City', city),
      ...row('Seat', labelled('Section', section), labelled('Row', seatRow), labelled('Seat', seat)),
      ...row('Price', money(amount)),
      ...(amountRefunded === 0
        ? []
        : [...row('Refunded', money(amountRefunded)), ...row('Left after refunds', money(amount - amountRefunded))]),
    ],
    notes: [
      'Paid by card. The ticket is sold by a participant of the marketplace, not by the marketplace itself.',
      'This receipt shows no VAT.',
    ],
  };
};
