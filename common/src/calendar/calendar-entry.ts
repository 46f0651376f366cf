import { formatTime as formatLocalTime } from './format.ts';

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

/** The event as a file that calendars open. Its end is unknown, so it has a start only. */
export const calendarEntry = ({
  id,
  title,
  startsAt,
  timeZone,
  place,
  url,
}: {
  readonly id: string;
  readonly title: string;
  readonly startsAt: Date;
  /** Of the venue. Calendars show the start in the zone of whoever looks, so the text says it as a clock at the door does. */
  readonly timeZone: string | undefined;
  readonly place: string;
  readonly url: string;
}) => ({
  filename: 'event.ics',
  contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
  content: [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//ticketing//notifications//EN',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    `UID:${id}`,
    // Not the time of sending: a mail that is sent again has the same file.
    `DTSTAMP:${formatTime(startsAt)}`,
    `DTSTART:${formatTime(startsAt)}`,
    `SUMMARY:${escapeText(title)}`,
    `DESCRIPTION:${escapeText(`Starts on ${formatLocalTime(startsAt.toISOString(), timeZone)}`)}`,
    ...(place === '' ? [] : [`LOCATION:${escapeText(place)}`]),
    `URL:${url}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]
    .map(fold)
    .join('\r\n'),
});
