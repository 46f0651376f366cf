import { expect, test } from '@jest/globals';
import { searchWords, wordPattern } from './search-words.ts';

test.each([
  ['cup final', ['cup', 'final']],
  ['  "Don’t stop_123!" ', ['Don', 't', 'stop_123']],
  ['.*[^$](){}|\\?+', []],
])('When the search is %j, then its words are %j', (q, words) => {
  expect(searchWords(q)).toEqual(words);
});

test.each([
  ['zurich', 'Zürich'],
  ['ZÜRICH', 'zurich'],
  ['zürich', 'Zu\u0308rich'],
  ['ngọc', 'NGOC'],
  ['rock', 'Rock-n-Roll'],
  ['концерт', 'Концерт'],
  ['東京', '東京ドーム'],
])('When the word is %s, then %s matches', (word, text) => {
  expect(text).toMatch(new RegExp(wordPattern(word), 'iu'));
});

test('When the word is not in the text, then nothing matches', () => {
  expect('Zürich').not.toMatch(new RegExp(wordPattern('zurcher'), 'iu'));
});
