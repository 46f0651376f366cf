import { plural } from './plural.ts';

/**
 * A reading of the server's clock: at the local time `local` (of a monotonic clock such as `performance.now()`, since the
 * local wall clock may be wrong) the server's time was `server`, both in milliseconds.
 */
export interface ClockReading {
  readonly server: number;
  readonly local: number;
}

/** The server's time at the local time `local`. */
export const serverTime = (reading: ClockReading, local: number): number => reading.server + (local - reading.local);

/**
 * Corrects a reading by a response's `Date` header, which has whole seconds: the server's time was at or after that second
 * when the request was sent, and before the next one when the response arrived. A reading within these bounds stays.
 */
export const refineClock = (
  reading: ClockReading,
  response: { readonly date: string | undefined; readonly sentAt: number; readonly receivedAt: number },
): ClockReading => {
  const second = response.date === undefined ? Number.NaN : Date.parse(response.date);
  if (Number.isNaN(second)) return reading;
  const earliest = second;
  const latest = second + 1000 + (response.receivedAt - response.sentAt);
  const server = serverTime(reading, response.receivedAt);
  return { server: Math.min(Math.max(server, earliest), latest), local: response.receivedAt };
};

/** Whole seconds until the deadline, rounded up; 0 only once the deadline has passed. */
export const secondsLeft = (deadline: number, now: number): number => Math.max(0, Math.ceil((deadline - now) / 1000));

const two = (value: number): string => String(value).padStart(2, '0');

const part = (value: number, unit: string): string[] => (value === 0 ? [] : [plural(value, unit)]);

/** 754 → `12:34`; an hour and more → `1:02:03`. */
export const formatCountdown = (seconds: number): string => {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
};

/** 754 → `12 minutes 34 seconds`, for screen readers. */
export const speakCountdown = (seconds: number): string => {
  const parts = [...part(Math.floor(seconds / 60), 'minute'), ...part(seconds % 60, 'second')];
  return parts.length === 0 ? '0 seconds' : parts.join(' ');
};
