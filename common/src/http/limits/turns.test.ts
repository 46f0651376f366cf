import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { createTurns } from './turns.ts';

const open = ({ maxMs = 60_000 } = {}) => {
  const turns = createTurns({ max: 2, maxMs });
  const running: string[] = [];
  const ends = new Map<string, () => void>();
  const take = async (key: string, name: string) => {
    ends.set(name, await turns.take(key));
    running.push(name);
  };
  const end = (name: string) => {
    if (running.includes(name)) running.splice(running.indexOf(name), 1);
    ends.get(name)?.();
  };
  return { running, take, end };
};

test('When more requests of one key come than may run, then the others run in their order as turns end', async () => {
  const { running, take, end } = open();
  const all = ['a', 'b', 'c', 'd'].map((name) => take('one', name));
  await setImmediate();
  expect(running).toEqual(['a', 'b']);
  end('b');
  end('b');
  await setImmediate();
  expect(running).toEqual(['a', 'c']);
  end('a');
  end('c');
  await Promise.all(all);
  expect(running).toEqual(['d']);
  end('d');
});

test('When one key has no turns left, then another one has', async () => {
  const { running, take, end } = open();
  const all = ['a', 'b', 'c'].map((name) => take('one', name));
  await take('two', 'd');
  expect(running).toEqual(['a', 'b', 'd']);
  for (const name of ['a', 'b', 'd']) end(name);
  await Promise.all(all);
  end('c');
});

test('When a turn lasts too long, then it ends by itself', async () => {
  const { running, take, end } = open({ maxMs: 20 });
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => take('one', name)));
  expect(running).toEqual(['a', 'b', 'c', 'd', 'e']);
  for (const name of ['a', 'b', 'c', 'd', 'e']) end(name);
  await take('one', 'f');
  end('f');
});
