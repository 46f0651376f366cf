import { expect, test } from '@jest/globals';
import { readSeats } from './seats.ts';

const seatsOf = (text: string) => {
  const read = readSeats(text);
  return 'problem' in read
    ? read.problem
    : read.seats.map(({ seat, price }) => (price === undefined ? seat : `${seat} for ${price}`));
};

test.each([
  ['', []],
  [' \n\r\n ', []],
  ['7', ['7']],
  ['12–15', ['12', '13', '14', '15']],
  ['12 - 13\n20', ['12', '13', '20']],
  ['8-8', ['8']],
  ['A9-A11', ['A9', 'A10', 'A11']],
  ['A 1–3', ['A 1', 'A 2', 'A 3']],
  ['08-11', ['08', '09', '10', '11']],
  ['1, 3;5', ['1', '3', '5']],
  ['12-13 = 25.50\n14', ['12 for 25.50', '13 for 25.50', '14']],
  ['12 =', ['12 for ']],
  ['2-B', ['2-B']],
  ['A1-B4', ['A1-B4']],
  ['ימין 3-4', ['ימין 3', 'ימין 4']],
  ['𝒳'.repeat(100), ['𝒳'.repeat(100)]],
  ['1-20', Array.from({ length: 20 }, (_, index) => String(index + 1))],
])('When the seats are %j, then they are %j', (text, seats) => {
  expect(seatsOf(text)).toEqual(seats);
});

test.each([
  ['15-12', '15-12 ends before it begins'],
  ['שורה 5-1', '\u2068שורה 5-1\u2069 ends before it begins'],
  ['שורה 5\nשורה 5', 'Seat \u2068שורה 5\u2069 is there twice'],
  ['1-21', 'List at most 20 seats at once'],
  ['1-999999', 'List at most 20 seats at once'],
  ['1-15\n20-30', 'List at most 20 seats at once'],
  ['a1\nA1', 'Seat A1 is there twice'],
  ['1-5\n3', 'Seat 3 is there twice'],
  ['𝒳'.repeat(101), 'A seat or range must have at most 100 characters'],
  [' '.repeat(4_001), 'Seats must have at most 4000 characters'],
])('When the seats are %j, then they are refused: %s', (text, problem) => {
  expect(seatsOf(text)).toBe(problem);
});

test.each([
  ['a range that never ends', `${'1-'.repeat(500_000)}x`],
  ['one digit after the other', '1'.repeat(1_000_000)],
  ['spaces before a dash that never comes', `1${' '.repeat(1_000_000)}x`],
  ['as many long names as fit', Array.from({ length: 40 }, (_, index) => `${'1-'.repeat(46)}x${index}`).join(',')],
])('When somebody posts %s, then reading it takes no time', (_, text) => {
  const begun = performance.now();
  expect(seatsOf(text)).toEqual(expect.any(String));
  // An expression that looks at each pair of its characters would take minutes.
  expect(performance.now() - begun).toBeLessThan(1_000);
});
