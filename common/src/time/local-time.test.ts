import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { formatLocal, timesAroundGap, timesOf, wallClock, withOffset, zoneAbbreviation } from './local-time.ts';

const isoOf = (times: readonly Date[] | undefined) => times?.map((time) => time.toISOString());

test.each([
  ['UTC', 'UTC', 'UTC'],
  [undefined, 'UTC', 'UTC'],
  ['Europe/Zurich', 'CET', 'CEST'],
  ['Europe/London', 'GMT', 'BST'],
  ['Europe/Dublin', 'GMT', 'IST'],
  ['America/New_York', 'EST', 'EDT'],
  ['America/Los_Angeles', 'PST', 'PDT'],
  ['Asia/Kolkata', 'IST', 'IST'],
  ['Asia/Tokyo', 'JST', 'JST'],
  ['Australia/Sydney', 'AEDT', 'AEST'],
  ['America/Sao_Paulo', 'GMT-3', 'GMT-3'],
])('When the time zone is %s, then it is called %s in January and %s in July', (zone, january, july) => {
  const at = (month: string) => zoneAbbreviation(new Date(`2030-${month}-15T12:00:00Z`), zone);
  expect([at('01'), at('07')]).toEqual([january, july]);
});

test('When a time zone is unknown here, then times are shown in UTC, and say so', () => {
  const time = new Date('2030-05-01T20:00:00.000Z');
  const text = formatLocal(time, 'Mars/Base', { locale: 'en-GB', timeStyle: 'short' });
  expect([text, zoneAbbreviation(time, 'Mars/Base')]).toEqual(['20:00', 'UTC']);
});

test.each([
  ['America/New_York', '2030-05-01T16:00:00.000-04:00'],
  ['Asia/Kathmandu', '2030-05-02T01:45:00.000+05:45'],
  ['America/St_Johns', '2030-05-01T17:30:00.000-02:30'],
  [undefined, '2030-05-01T20:00:00.000+00:00'],
])('When the time zone is %s, then the time has its offset', (zone, expected) => {
  expect(withOffset(new Date('2030-05-01T20:00:00.000Z'), zone)).toBe(expected);
});

test.each([
  ['an ordinary evening', '2030-05-01T20:00', 'Europe/Zurich', ['2030-05-01T18:00:00.000Z']],
  ['a time with seconds', '2030-05-01T20:00:30.500', 'Europe/Zurich', ['2030-05-01T18:00:30.500Z']],
  ['in the hour that is left out', '2030-03-31T02:30', 'Europe/Zurich', []],
  [
    'in the hour that comes twice',
    '2030-10-27T02:30',
    'Europe/Zurich',
    ['2030-10-27T00:30:00.000Z', '2030-10-27T01:30:00.000Z'],
  ],
  ['at the end of the hour that comes twice', '2030-10-27T03:00', 'Europe/Zurich', ['2030-10-27T02:00:00.000Z']],
  [
    'in the half hour that comes twice',
    '2026-04-05T01:45',
    'Australia/Lord_Howe',
    ['2026-04-04T14:45:00.000Z', '2026-04-04T15:15:00.000Z'],
  ],
  ['on a day that is left out', '2011-12-30T12:00', 'Pacific/Apia', []],
  ['a day that does not exist', '2030-02-30T12:00', 'UTC', undefined],
  ['no time', '2030-02-28', 'UTC', undefined],
  ['nothing', '', 'UTC', undefined],
])('When a clock shows %s, then it does so at these times', (_, clock, zone, expected) => {
  expect(isoOf(timesOf(clock, zone))).toEqual(expected);
});

test('When a clock never shows a time, then one before and one after are near it', () => {
  const near = timesAroundGap('2030-03-31T02:30', 'Europe/Zurich');
  expect(near.map((time) => wallClock(time, 'Europe/Zurich'))).toEqual([
    '2030-03-31T01:30:00.000',
    '2030-03-31T03:30:00.000',
  ]);
});

test('When a clock of any time zone shows a time, then that time is among those at which it shows this', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  const time = fc.date({ min: new Date('1975-01-02'), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(fc.constantFrom(...zones), time, (zone, at) => {
      expect(isoOf(timesOf(wallClock(at, zone), zone))).toContain(at.toISOString());
    }),
    { numRuns: 2_000 },
  );
});
