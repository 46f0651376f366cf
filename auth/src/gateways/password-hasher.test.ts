import { expect, test } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { createPasswordHasher } from './password-hasher.ts';

const hasher = createPasswordHasher();

test('When a password is hashed, then the hash has the parameters, a new salt and matches that password only', async () => {
  const [first, second] = await Promise.all([hasher.hash('correct horse'), hasher.hash('correct horse')]);
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(second).not.toBe(first);
  await expect(hasher.verify(first, 'correct horse')).resolves.toBe(true);
  await expect(hasher.verify(first, 'correct horse ')).resolves.toBe(false);
});

test('When the account does not exist, then no password matches', async () => {
  await expect(hasher.verify(undefined, 'anything')).resolves.toBe(false);
});

test('When a hash was made with other parameters, then it is outdated', async () => {
  expect(hasher.isOutdated(await hasher.hash('password'))).toBe(false);
  expect(hasher.isOutdated(await hash('password', { memoryCost: 8_192, timeCost: 2 }))).toBe(true);
  expect(hasher.isOutdated(await hash('password', { memoryCost: 19_456, timeCost: 3 }))).toBe(true);
});

test('When more passwords arrive than may wait, then the rest is refused with 503', async () => {
  const small = createPasswordHasher({ concurrency: 2, maxWaiting: 3 });
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => small.verify(undefined, 'x')));
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused).toHaveLength(5);
  for (const { reason } of refused) expect(reason).toMatchObject({ statusCode: 503, retryAfterSeconds: 1 });
});
