import { expect, test } from '@jest/globals';
import { passesLuhn } from './card-number.ts';
import { cardOfMagicMethod, cardOfNumber, cardOfToken, testCards } from './test-cards.ts';

test('When the test cards are listed, then each has a valid number and unique names', () => {
  const names = testCards.flatMap((card) => card.names);
  expect(testCards.every((card) => passesLuhn(card.number))).toBe(true);
  expect(new Set(testCards.map((card) => card.number)).size).toBe(testCards.length);
  expect(new Set(names).size).toBe(names.length);
});

test('When a card is looked up by token, predefined payment method or number, then it is the same card', () => {
  for (const card of testCards) {
    expect(cardOfNumber(card.number)).toBe(card);
    for (const name of card.names) {
      expect(cardOfToken(`tok_${name}`)).toBe(card);
      expect(cardOfMagicMethod(`pm_card_${name}`)).toBe(card);
    }
  }
});

test.each(['tok_', 'tok_nonsense', 'visa', 'pm_card_visa', 'tok_constructor', 'tok___proto__'])(
  'When the token is %s, then there is no card',
  (token) => {
    expect(cardOfToken(token)).toBeUndefined();
  },
);

test.each([
  ['4242424242424241', false],
  ['4242424242424242', true],
  ['0', false],
  ['', false],
  ['378282246310005', true],
])('When the number is "%s", then its check digit passes: %s', (digits, passes) => {
  expect(passesLuhn(digits)).toBe(passes);
});
