import { formatInFull } from '../time/index.ts';

/** At most 75 bytes in a line; longer ones go on after a line break and a space (RFC 5545, 3.1). */
const maxLineBytes = 75;

const fold = (line: string): string => {
  let folded = '';
  let bytes = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (bytes + size > maxLineBytes) {
      folded += '\r\n ';
      bytes = 1;
    }
    folded += character;
    bytes += size;
  }
  return folded;
};

/** Text in a calendar (RFC 5545, 3.3.11). */
const escapeText = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');

const formatTime = (time: Date): string => time.toISOString().replace(/[-:]|\.\d+/g, '');

const locationOf = (...place: readonly (string | undefined)[]): readonly string[] => {
  const known = place.filter((part) => part !== undefined);
  return known.length === 0 ? [] : [`LOCATION:${escapeText(known.join(', '))}`];
};

/** The event of a bought ticket as a file that calendars open. Its end is unknown, so it has a start only. */
export const calendarEntry = ({
  orderId,
  site,
  title,
  startsAt,
  timeZone,
  venue,
  city,
}: {
  readonly orderId: string;
  readonly site: URL;
  readonly title: string;
  readonly startsAt: Date;
  /** Of the venue. Calendars show the start in the zone of whoever looks, so the text says it as a clock at the door does. */
  readonly timeZone?: string | undefined;
  readonly venue?: string | undefined;
  readonly city?: string | undefined;
}) => ({
  filename: 'event.ics',
  contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
  content: [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//ticketing//events//EN',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    // The same for the mail and the site, so that a calendar has the event once.
    `UID:${orderId}@${site.hostname}`,
    // Not the time of sending: a mail that is sent again has the same file.
    `DTSTAMP:${formatTime(startsAt)}`,
    `DTSTART:${formatTime(startsAt)}`,
    `SUMMARY:${escapeText(title)}`,
    `DESCRIPTION:${escapeText(`Starts on ${formatInFull(startsAt.toISOString(), timeZone)}`)}`,
    ...locationOf(venue, city),
    `URL:${site.origin}/orders/${orderId}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]
    .map(fold)
    .join('\r\n'),
});
