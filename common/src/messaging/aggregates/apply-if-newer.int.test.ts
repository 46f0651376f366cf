import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { openTestSystem, type TestSystem } from '../../testing/index.ts';
import { newId } from '../../mongo/index.ts';
import { applyIfNewer } from './apply-if-newer.ts';

interface Copy {
  readonly _id: string;
  readonly thing?: { readonly id: string; readonly version: number; readonly text: string };
  readonly own?: string;
}

let system: TestSystem;

beforeAll(async () => {
  system = await openTestSystem();
});
afterAll(() => system.close());

const copies = () => system.collection<Copy>('copies');
const state = (id: string, version: number) => ({ id, version, text: `$version ${version}` });

test('When states arrive in any order, any number of times, in any batches, then the newest remains', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.tuple(fc.nat(2), fc.nat(5)), { minLength: 1, maxLength: 6 }), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.boolean(),
      async (batches, inParallel) => {
        const run = newId();
        const newest = new Map<string, number>();
        const apply = (batch: readonly (readonly [number, number])[]) =>
          applyIfNewer(
            copies(),
            'thing',
            batch.map(([id, version]) => state(`${run}-${id}`, version)),
          );
        for (const [id, version] of batches.flat()) {
          newest.set(`${run}-${id}`, Math.max(version, newest.get(`${run}-${id}`) ?? 0));
        }
        if (inParallel) await Promise.all(batches.map(apply));
        else for (const batch of batches) await apply(batch);
        for (const [id, version] of newest) {
          expect(await copies().findOne({ _id: id })).toEqual({ _id: id, thing: state(id, version) });
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('When two first states of one aggregate arrive at the same moment, then the newer one remains', async () => {
  for (let round = 0; round < 20; round += 1) {
    const id = newId();
    await Promise.all([1, 0, 2].map((version) => applyIfNewer(copies(), 'thing', [state(id, version)])));
    expect((await copies().findOne({ _id: id }))?.thing?.version).toBe(2);
  }
});

test('When a state is copied, then the other fields of its document are unchanged', async () => {
  const id = newId();
  await copies().insertOne({ _id: id, own: 'kept' });
  await applyIfNewer(copies(), 'thing', [state(id, 0)]);
  expect(await copies().findOne({ _id: id })).toEqual({ _id: id, own: 'kept', thing: state(id, 0) });
});
