import { expect, test } from '@jest/globals';
import { hasLost } from './loss-check.ts';

const state = { created: 'c', lastSequence: 10 };
const store = (ids: Readonly<Record<number, string>>) => ({ messageId: async (sequence: number) => ids[sequence] });

test.each([
  ['nothing is known', { created: undefined, messages: [] }, {}, false],
  ['no event was acknowledged yet', { created: 'c', messages: [{ sequence: 0, id: undefined }] }, {}, false],
  ['the stream has the message', { created: 'c', messages: [{ sequence: 10, id: 'a' }] }, { 10: 'a' }, false],
  ['the message was purged', { created: 'c', messages: [{ sequence: 9, id: 'a' }] }, {}, false],
  ['the stream was created later', { created: 'b', messages: [{ sequence: 10, id: 'a' }] }, { 10: 'a' }, true],
  ['the stream ends before the message', { created: 'c', messages: [{ sequence: 11, id: 'a' }] }, {}, true],
  ['another message is in its place', { created: 'c', messages: [{ sequence: 10, id: 'a' }] }, { 10: 'b' }, true],
  [
    'only what this process knows is missing',
    {
      created: 'c',
      messages: [
        { sequence: 9, id: 'a' },
        { sequence: 10, id: 'b' },
      ],
    },
    { 9: 'a', 10: 'c' },
    true,
  ],
])('When %s, then that is what the comparison says', async (_, known, ids, expected) => {
  expect(await hasLost(store(ids), state, known)).toBe(expected);
});
