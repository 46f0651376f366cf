import { expect, test } from '@jest/globals';
import { hasLost } from './loss-check.ts';

const state = { id: 'c', lastSequence: 10 };
const store = (ids: Readonly<Record<number, string>>) => ({ messageId: async (sequence: number) => ids[sequence] });

test.each([
  ['nothing is known', { streamId: undefined, messages: [] }, {}, false],
  ['no event was acknowledged yet', { streamId: 'c', messages: [{ sequence: 0, id: undefined }] }, {}, false],
  ['the stream has the message', { streamId: 'c', messages: [{ sequence: 10, id: 'a' }] }, { 10: 'a' }, false],
  ['the message was purged', { streamId: 'c', messages: [{ sequence: 9, id: 'a' }] }, {}, false],
  ['the stream is another one', { streamId: 'b', messages: [{ sequence: 10, id: 'a' }] }, { 10: 'a' }, true],
  [
    'the note is of an earlier release',
    { streamId: undefined, messages: [{ sequence: 10, id: 'a' }] },
    { 10: 'a' },
    false,
  ],
  ['the stream ends before the message', { streamId: 'c', messages: [{ sequence: 11, id: 'a' }] }, {}, true],
  ['another message is in its place', { streamId: 'c', messages: [{ sequence: 10, id: 'a' }] }, { 10: 'b' }, true],
  [
    'only what this process knows is missing',
    {
      streamId: 'c',
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
