import { expect, test } from '@jest/globals';
import { isTimeZone } from '@ticketing/common/time';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { foldCity } from './city-names.ts';

const texts = z.record(z.string(), z.string());

test.each([
  ['ZÜRICH', 'zurich'],
  ['Saint-Étienne', 'saint etienne'],
  [' Frankfurt/Main ', 'frankfurt main'],
  ['Łódź', 'lodz'],
  ['東京', '東京'],
  ['!', ''],
])('When a city is written %s, then it is looked up as %s', (city, name) => {
  expect(foldCity(city)).toBe(name);
});

test('When the list of cities is read, then its names are as they are looked up, and its time zones exist', () => {
  const list: unknown = JSON.parse(readFileSync(new URL('server/city-time-zones.json', import.meta.url), 'utf8'));
  const { zones, shared } = z.object({ zones: texts, shared: texts }).parse(list);
  const names = [...Object.values(zones).flatMap((cities) => cities.split('|')), ...Object.keys(shared)];
  expect(names.filter((name) => foldCity(name) !== name)).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  const all = [...Object.keys(zones), ...Object.values(shared).flatMap((several) => several.split(' '))];
  expect(all.filter((zone) => !isTimeZone(zone))).toEqual([]);
  expect(zones['Europe/Zurich']?.split('|')).toEqual(expect.arrayContaining(['zurich', 'basel']));
  expect(shared['london']).toBe('Europe/London America/Toronto');
});
