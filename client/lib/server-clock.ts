/**
 * A reading of the server's clock: at the local time `local` (a clock that only runs on, such as `performance.now()`;
 * the local wall clock may be set to anything) the server's was `server`, both in milliseconds.
 */
export interface ClockReading {
  readonly server: number;
  readonly local: number;
}

/** The server's time at the local time `local`. */
export const serverTime = (reading: ClockReading, local: number): number => reading.server + (local - reading.local);

/**
 * A better reading after an answer of the server, whose `Date` header has whole seconds: the server's time lay between
 * that second when the request had been sent and the next one when the answer had come. A reading that agrees stays.
 */
export const refineClock = (
  reading: ClockReading,
  answer: { readonly date: string | undefined; readonly sentAt: number; readonly receivedAt: number },
): ClockReading => {
  const second = answer.date === undefined ? Number.NaN : Date.parse(answer.date);
  if (Number.isNaN(second)) return reading;
  const earliest = second;
  const latest = second + 1000 + (answer.receivedAt - answer.sentAt);
  const server = serverTime(reading, answer.receivedAt);
  return { server: Math.min(Math.max(server, earliest), latest), local: answer.receivedAt };
};

/** Whole seconds until the deadline, never below 0; it reaches 0 only when the deadline has passed. */
export const secondsLeft = (deadline: number, now: number): number => Math.max(0, Math.ceil((deadline - now) / 1000));

const two = (value: number): string => String(value).padStart(2, '0');

const part = (value: number, unit: string): string[] =>
  value === 0 ? [] : [`${value} ${unit}${value === 1 ? '' : 's'}`];

/** 754 → `12:34`; an hour and more → `1:02:03`. */
export const formatCountdown = (seconds: number): string => {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
};

/** 754 → `12 minutes 34 seconds`, for those who hear it. */
export const speakCountdown = (seconds: number): string => {
  const parts = [...part(Math.floor(seconds / 60), 'minute'), ...part(seconds % 60, 'second')];
  return parts.length === 0 ? '0 seconds' : parts.join(' ');
};
