import { normaliseText } from '@ticketing/common/events';
import { isolated } from '../isolated.ts';

/** The field for several seats, which are listed one by one. */
export const seatsField = 'seats';

/** So many are listed by one form at most. */
export const maxSeats = 20;

/** So many characters the field has at most. Nothing reads a longer text: anybody can post megabytes to the form's Server Action. */
export const maxSeatsText = 4_000;

/** A seat or range as typed has so many characters at most; the API checks the seats themselves. */
const maxName = 100;

const tooMany = { problem: `List at most ${maxSeats} seats at once` };

export interface Seat {
  readonly seat: string;
  /** As typed; absent if the price of all is its price too. */
  readonly price?: string;
}

/** `12–15`, `A1-A4`, `A1-4`; zeros before a number are kept. */
const range = /^(?<prefix>.*?)(?<from>\d{1,6})\s*[-–—]\s*(?<again>.*?)(?<to>\d{1,6})$/;

const seatsOf = (text: string): string[] | { readonly problem: string } => {
  if (Array.from(text).length > maxName) return { problem: `A seat or range must have at most ${maxName} characters` };
  const { prefix = '', from = '', again = '', to = '' } = range.exec(text)?.groups ?? {};
  // A name of one seat, such as 2-B.
  if (from === '' || (again !== '' && again.trim() !== prefix.trim())) return [text];
  const count = Number(to) - Number(from) + 1;
  if (count < 1) return { problem: `${isolated(text)} ends before it begins` };
  if (count > maxSeats) return tooMany;
  return Array.from(
    { length: count },
    (_, index) => `${prefix}${String(Number(from) + index).padStart(from.length, '0')}`,
  );
};

/** Reads one seat, range or list of both per line, with `=` and a price of their own where they have one. */
export const readSeats = (text: string): { readonly seats: readonly Seat[] } | { readonly problem: string } => {
  if (text.length > maxSeatsText) return { problem: `Seats must have at most ${maxSeatsText} characters` };
  const seats = new Map<string, Seat>();
  for (const line of text.split(/[\r\n]+/)) {
    const [names = '', price] = line.split('=', 2).map((part) => part.trim());
    for (const name of names.split(/[,;]/).map((each) => each.trim())) {
      if (name === '') continue;
      const found = seatsOf(name);
      if ('problem' in found) return found;
      for (const seat of found) {
        if (seats.has(normaliseText(seat))) return { problem: `Seat ${isolated(seat)} is there twice` };
        seats.set(normaliseText(seat), { seat, ...(price === undefined ? {} : { price }) });
        if (seats.size > maxSeats) return tooMany;
      }
    }
  }
  return { seats: [...seats.values()] };
};
