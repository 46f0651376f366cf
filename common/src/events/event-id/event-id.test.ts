import { expect, test } from '@jest/globals';
import { eventIdOf } from './event-id.ts';

const event = { title: 'La Bohème', venue: 'Opernhaus', city: 'Zürich', startsAt: '2030-05-01T20:00:00.000Z' };

test.each([
  ['letters in another case', { title: 'LA BOHÈME' }],
  ['decomposed accents', { title: 'La Bohème'.normalize('NFD') }],
  ['more spaces', { title: '  La \t Bohème ' }],
  ['full-width letters', { venue: 'Ｏpernhaus' }],
  ['the same moment as a Date', { startsAt: new Date('2030-05-01T20:00:00Z') }],
  ['the same moment with an offset', { startsAt: '2030-05-01T22:00:00+02:00' }],
])('When two listings differ only by %s, then they are for the same event', (_, change) => {
  expect(eventIdOf({ ...event, ...change })).toBe(eventIdOf(event));
});

test.each([
  ['title', { title: 'Tosca' }],
  ['accent', { title: 'La Boheme' }],
  ['venue', { venue: 'Arena' }],
  ['city', { city: 'Bern' }],
  ['start', { startsAt: '2030-05-01T20:00:00.001Z' }],
  ['detail that is absent', { venue: undefined }],
])('When two listings differ by their %s, then they are for different events', (_, change) => {
  expect(eventIdOf({ ...event, ...change })).not.toBe(eventIdOf(event));
});

test('When a text moves from one detail to another, then it is another event', () => {
  expect(eventIdOf({ title: 'Final', venue: 'Bern' })).not.toBe(eventIdOf({ title: 'Final', city: 'Bern' }));
  expect(eventIdOf({ title: 'Straße' })).toBe(eventIdOf({ title: 'STRASSE' }));
});

test('When an event is known, then its id stays what is stored', () => {
  expect([eventIdOf(event), eventIdOf({ title: 'Final' })]).toEqual([
    '8239005d77b45abf7bd129da',
    '7eff351c696e8f0898ab925d',
  ]);
});
