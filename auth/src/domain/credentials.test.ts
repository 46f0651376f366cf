import { expect, test } from '@jest/globals';
import { normaliseEmail, normalisePassword } from './credentials.ts';

test('When an e-mail has surrounding spaces and capitals, then it is normalised', () => {
  expect(normaliseEmail('  Ann.Lee@Example.COM ')).toBe('ann.lee@example.com');
});

test.each([
  ['r&d@example.com', 'r&d@example.com'],
  ['ann@ZÜRICH.example', 'ann@xn--zrich-kva.example'],
  ['ann@XN--ZRICH-KVA.example', 'ann@xn--zrich-kva.example'],
  ['ann@zu\u0308rich.example', 'ann@xn--zrich-kva.example'],
  ['ann@例え。テスト', 'ann@xn--r8jz45g.xn--zckzah'],
  ['ann@\u00AD', 'ann@'],
  ['ann@z\u00FC%41.example', 'ann@z\u00FC%41.example'],
  ['ann@1.2', 'ann@1.2'],
  ['jac\u212A@example.com', 'jac\u212A@example.com'],
  ['no address', 'no address'],
])('When the e-mail is %s, then it is stored as %s', (email, stored) => {
  expect(normaliseEmail(email)).toBe(stored);
});

test('When a password has another Unicode form, then it is normalised and keeps its spaces', () => {
  expect(normalisePassword(' cafe\u0301 ')).toBe(normalisePassword(' caf\u00E9 '));
  expect(normalisePassword(' a b ')).toBe(' a b ');
});
