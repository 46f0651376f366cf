import { expect, test } from '@jest/globals';
import { calendarEntry } from './calendar-entry.ts';

const entry = (title: string, place: { readonly venue?: string; readonly city?: string } = {}, timeZone?: string) =>
  calendarEntry({
    orderId: '1',
    site: new URL('https://tickets.example'),
    title,
    startsAt: new Date('2030-05-01T20:00:00.000Z'),
    timeZone,
    ...place,
  }).content;

test('When an event has a place, then its calendar entry has start, title, place and link', () => {
  expect(entry('Final', { venue: 'Arena', city: 'Zurich' }).split('\r\n')).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//ticketing//events//EN',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    'UID:1@tickets.example',
    'DTSTAMP:20300501T200000Z',
    'DTSTART:20300501T200000Z',
    'SUMMARY:Final',
    'DESCRIPTION:Starts on Wednesday\\, 1 May 2030 at 20:00 UTC',
    'LOCATION:Arena\\, Zurich',
    'URL:https://tickets.example/orders/1',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]);
});

test('When the time zone of the venue is known, then the calendar entry says its local time too', () => {
  expect(entry('Final', {}, 'America/New_York')).toContain(
    'DESCRIPTION:Starts on Wednesday\\, 1 May 2030 at 16:00 EDT\r\n',
  );
});

test('When a title has the marks of a calendar, then they are text, and no line is added', () => {
  expect(entry('a;b,c\\d\r\nATTENDEE:x')).toContain('SUMMARY:a\\;b\\,c\\\\d ATTENDEE:x\r\n');
});

test('When a title is long, then its lines have 75 bytes at most and no character is cut', () => {
  const title = '票'.repeat(200);
  const content = entry(title);
  for (const line of content.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  expect(content.replaceAll('\r\n ', '')).toContain(`SUMMARY:${title}`);
});
