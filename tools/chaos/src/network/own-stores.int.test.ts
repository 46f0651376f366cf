import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@ticketing/common/testing';
import type { Product } from '@ticketing/test/start-product';
import { required } from '@ticketing/launcher/required';
import { putStoreBack } from '../faults/put-back.ts';
import { readLastSequence, stream, withNats } from '../faults/stores.ts';
import { startOwnStores, type OwnStores } from './own-stores.ts';

let stores: OwnStores;
let product: Product;

beforeAll(async () => {
  stores = await startOwnStores({ members: 1, log: () => undefined });
  product = stores.join({
    url: '',
    loopbackUrl: '',
    dataDir: '',
    pid: 0,
    processes: () => [],
    signal: () => false,
    stop: () => Promise.resolve({ milliseconds: 0 }),
  });
  await withNats(product, (manager) => manager.streams.add({ name: stream, subjects: ['ticket.>'] }));
}, 60_000);
afterAll(() => stores.stop());

const findNats = () =>
  required(
    product.processes().find(({ name }) => name === 'nats'),
    'nats',
  );

const publish = (count: number) =>
  withNats(product, async (manager) => {
    for (let index = 0; index < count; index += 1) await manager.jetstream().publish('ticket.created', 'event');
  });

test('When the store of NATS is put back, then it has the events of before and has forgotten those since', async () => {
  await publish(3);
  const lost = await putStoreBack(
    { product, stores, nats: findNats() },
    { pause: () => publish(6), mayWait: () => true },
  );
  expect(lost).toBe(6);
  expect(await readLastSequence(product)).toBe(3);
}, 60_000);

test('When the data of a killed member cannot be changed, then it starts again on what it had', async () => {
  const before = await readLastSequence(product);
  const failing = stores.whileKilled(findNats(), () => Promise.reject(new Error('no room')));
  await expect(failing).rejects.toThrow('no room');
  await eventually(async () => expect(await readLastSequence(product)).toBe(before), 30_000);
}, 60_000);
