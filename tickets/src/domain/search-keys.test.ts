import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { categoryTerm, cityTerm, pairTerm, searchKeys, searchTerms, type SearchTerm } from './search-keys.ts';

const has = (keys: readonly string[], term: SearchTerm): boolean =>
  term.keys.some((wanted) => keys.some((key) => (typeof wanted === 'string' ? key === wanted : wanted.test(key))));

const finds = (
  q: string,
  title: string,
  details: { readonly city?: string; readonly description?: string } = {},
): boolean => {
  const terms = searchTerms(q);
  const keys = searchKeys({ title, ...details });
  return terms.length > 0 && terms.every((term) => has(keys, term));
};

test.each([
  ['metal', 'Metallica'],
  ['METALLIC', 'Metallica'],
  ['m', 'Metallica'],
  ['zurich', 'Zürich'],
  ['ZÜRICH', 'Zu\u0308rich'],
  ['strasse', 'Straße'],
  ['STRASSE', 'STRAẞE'],
  ['sodertalje', 'Södertälje'],
  ['tromso', 'Tromsø'],
  ['lodz', 'Łódź'],
  ['izmir', 'İzmir'],
  ['diyarbakir', 'Diyarbakır'],
  ['aeroskobing', 'Ærøskøbing'],
  ['oeuvre', 'Œuvre'],
  ['dong', 'Đông'],
  ['thor', 'Þór'],
  ['ngoc', 'Ngọc'],
  ['final', 'ﬁnal'],
  ['cup 2030', 'ＣＵＰ ２０３０'],
  ['viii', 'Ⅷ'],
  ['концерт', 'КОНЦЕРТ'],
  ['θεος', 'ΘΕΌΣ'],
  ['שלום', 'שָׁלוֹם'],
  ['سلام', 'سَلَام'],
  ['oneil', 'O’Neil'],
  ["o'neil", 'ONeil'],
  ['dont', "Don't stop"],
  ['"cup final"', 'Cup “Final”'],
  ['acdc', 'AC/DC'],
  ['ac/dc', 'ACDC'],
  ['ac dc', 'AC/DC'],
  ['rock n roll', 'Rock-n-Roll'],
  ['rock-n-roll', 'Rock n Roll'],
  ['stop_123', 'stop 123'],
  ['the\u3000who', 'The\u00a0Who'],
  ['東京', '東京ドーム'],
  ['ドーム', '東京ドーム'],
  ['京ド', '東京ドーム'],
  ['ドーム', '東京ﾄﾞｰﾑ'],
  ['票', '門票'],
  ['ガス', 'ガス'],
  ['서울', '2030 서울 콘서트'],
  ['콘서트', '아이유콘서트'],
  ['กรุง', 'กรุงเทพ'],
  ['ដឹង', 'ពត៌មានដឹង'],
  ['bts東京', 'BTS 東京'],
])('When the search is %s, then %s is found', (q, title) => {
  expect(finds(q, title)).toBe(true);
});

test.each([
  ['etallica', 'Metallica'],
  ['metallicas', 'Metallica'],
  ['京東', '東京'],
  ['カス', 'ガス'],
  ['zurich', 'Zug'],
  ['cup', 'Final'],
  ['!?', 'What!?'],
  ['.*', 'Anything'],
  ['category:sports', 'sports'],
])('When the search is %s, then %s is not found', (q, title) => {
  expect(finds(q, title)).toBe(false);
});

test('When a word is in the description, then it is found whole, or by more than five letters of it', () => {
  const details = { description: 'Hamilton against the others' };
  expect(finds('hamilton', 'Cup Final', details)).toBe(true);
  expect(finds('hamilt', 'Cup Final', details)).toBe(true);
  expect(finds('hamil', 'Cup Final', details)).toBe(false);
  expect(finds('final the', 'Cup Final', details)).toBe(true);
});

test('When the city of a listing is filtered, then case, accents and spaces do not matter, and it is compared as a whole', () => {
  const keys = searchKeys({ title: 'Gig', city: ' Zürich ' });
  expect(has(keys, cityTerm('ZURICH'))).toBe(true);
  expect(has(keys, cityTerm('Zur'))).toBe(false);
  expect(has(searchKeys({ title: 'Gig', city: 'New  York' }), cityTerm('new york'))).toBe(true);
  expect(has(searchKeys({ title: 'Gig', city: 'New York' }), cityTerm('New'))).toBe(false);
  expect(has(searchKeys({ title: 'Zürich' }), cityTerm('Zürich'))).toBe(false);
  expect(has(searchKeys({ title: 'Gig', category: 'sports' }), categoryTerm('sports'))).toBe(true);
});

const words = fc.array(fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'be', 'x', 'Österreich', 'AC/DC'), {
  minLength: 1,
  maxLength: 40,
});

test('When a listing has two words, then it has their pair', () => {
  fc.assert(
    fc.property(words, fc.constantFrom(undefined, 'sports'), (title, category) => {
      const keys = searchKeys({ title: title.join(' '), category, city: 'Bern' });
      const terms = [...searchTerms(title.join(' ')), cityTerm('bern'), ...(category ? [categoryTerm(category)] : [])];
      for (const one of terms) {
        for (const other of terms) {
          const pair = pairTerm(one, other);
          if (pair !== undefined) expect(has(keys, pair)).toBe(true);
        }
      }
    }),
  );
});

test('When a listing has more different words than are paired, then it has every pair', () => {
  const title = Array.from({ length: 40 }, (_, index) =>
    String.fromCodePoint(97 + (index % 26), 97 + Math.floor(index / 2)),
  ).join(' ');
  const [one, other] = [categoryTerm('sports'), cityTerm('Bern')];
  expect(has(searchKeys({ title }), pairTerm(one, other) ?? one)).toBe(true);
  expect(has(searchKeys({ title: 'Few words' }), pairTerm(one, other) ?? one)).toBe(false);
});

test('When texts are as long as they may be, then a listing has at most 2,000 keys', () => {
  const random = fc.sample(fc.string({ unit: 'grapheme', minLength: 200, maxLength: 200 }), { numRuns: 50, seed: 1 });
  const han = Array.from({ length: 5_000 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join('');
  for (const text of [...random, han, Array.from({ length: 1_000 }, (_, index) => index.toString(36)).join(' ')]) {
    const keys = searchKeys({
      title: text.slice(0, 200),
      venue: text.slice(200, 400),
      city: text.slice(400, 500),
      description: text.slice(0, 5_000),
    });
    expect(keys.length).toBeLessThanOrEqual(2_000);
  }
});
