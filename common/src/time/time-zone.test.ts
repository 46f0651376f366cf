import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isTimeZone } from './time-zone.ts';

test.each([
  'UTC',
  'Asia/Kolkata',
  'Asia/Calcutta',
  'Europe/Kyiv',
  'America/Argentina/Buenos_Aires',
  'America/Port-au-Prince',
  'Etc/GMT+5',
  'Japan',
  'PRC',
  'NZ',
])('When the text is %s, then it is a time zone, though it may be a link', (name) => {
  expect(isTimeZone(name)).toBe(true);
});

test('When Intl lists a time zone, then it is one', () => {
  expect(Intl.supportedValuesOf('timeZone').filter((name) => !isTimeZone(name))).toEqual([]);
});

test.each([
  '',
  ' ',
  'UTC ',
  'local',
  '+01:00',
  '-0530',
  '\u221201:00',
  'GMT',
  'GMT+0',
  'UTC+1',
  'CET',
  'est',
  'PST',
  'EST5EDT',
  'Mars/Base',
  'Europe/Zürich',
  'Europe/Zurich\n',
  'SystemV/EST5EDT',
])('When the text is %j, then it is no time zone', (text) => {
  expect(isTimeZone(text)).toBe(false);
});

test('When the text is any, then it is judged without an error', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !isTimeZone(text) || /^[\w+/-]+$/.test(text)));
});
