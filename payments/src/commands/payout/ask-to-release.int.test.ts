import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OrderState } from '@ticketing/common/events';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { createOperator } from '../../test/operator.ts';
import { createSellers } from '../../test/sellers.ts';

const dayMs = 24 * 60 * 60_000;

let payments: PaymentsUnderTest;
const operator = createOperator(() => payments);
let sellers: ReturnType<typeof createSellers>;

beforeAll(async () => {
  payments = await openPayments({ env: { PAYOUT_DELAY_HOURS: '0' } });
  await payments.startReplica();
  sellers = createSellers(payments);
});
afterAll(() => payments.close());

const now = () => payments.system.clock.now();
const chargeOf = async ({ id }: OrderState) => {
  const charge = await payments.stored(id);
  if (charge === null) throw new Error('no charge');
  return charge;
};
const until = (order: OrderState, expected: object) =>
  payments.system.eventually(async () => expect(await chargeOf(order)).toMatchObject(expected));
const asked = async (order: OrderState) => {
  await until(order, { releasingAt: expect.any(Date) });
  await payments.system.eventually(() => {
    expect(payments.updates(order.id).at(-1)?.releasingAt).toBeDefined();
  });
};
const isHeld = async (order: OrderState) => {
  expect((await chargeOf(order)).releasedAt).toBeUndefined();
  expect(await sellers.transfers(order.id)).toEqual([]);
};
const agree = (order: OrderState, state: Partial<OrderState> = {}) =>
  sellers.completed(order, {
    delivery: sellers.delivered(now()),
    version: order.version + 3,
    releaseAgreedAt: now().toISOString(),
    ...state,
  });
/** Paid, and its event has begun. */
const begun = async () => sellers.paid(await sellers.ready(), new Date(now().getTime() - 1));

test('When the time of a delivered sale has come, then it is released only once orders has agreed', async () => {
  const order = await begun();
  await sellers.completed(order, { delivery: sellers.delivered(now()) });
  await asked(order);
  await isHeld(order);
  await agree(order);
  await until(order, { releasedAt: expect.any(Date), paidOutAt: expect.any(Date) });
  expect(await sellers.transfers(order.id)).toHaveLength(1);
});

test('When the ticket is not delivered, then orders is asked, and nothing is released', async () => {
  const order = await begun();
  await asked(order);
  // Not while the last question waits.
  await until(order, { outbox: [] });
  payments.system.clock.advance(5_001);
  // Asked again, in the same version.
  await payments.system.eventually(() => {
    const versions = payments.updates(order.id).map(({ version }) => version);
    expect(versions.length).toBeGreaterThan(new Set(versions).size);
  });
  await isHeld(order);
});

test('When a problem was reported before orders was asked, then nothing is released until an operator settles it, once and for all', async () => {
  const order = await begun();
  await asked(order);
  const problemAt = now().toISOString();
  await sellers.completed(order, { delivery: sellers.delivered(now()), version: order.version + 3, problemAt });
  await isHeld(order);
  await operator.request('release', order.id, now());
  // The event of the settlement asks.
  await payments.system.eventually(() => {
    expect(payments.updates(order.id).at(-1)).toMatchObject({
      problemSettledAt: problemAt,
      releasingAt: expect.any(String),
    });
  });
  await isHeld(order);
  await agree(order, { version: order.version + 4, problemAt });
  await until(order, { paidOutAt: expect.any(Date) });
});

test('When a problem is settled before the time of the release, then orders is not asked yet', async () => {
  const order = await sellers.paid(await sellers.ready(), new Date(now().getTime() + dayMs));
  const problemAt = now().toISOString();
  await sellers.completed(order, { delivery: sellers.delivered(now()), problemAt });
  await operator.request('release', order.id, now());
  await until(order, { problemSettledAt: new Date(problemAt) });
  expect((await chargeOf(order)).releasingAt).toBeUndefined();
});

const sale = async (seller: string) => {
  const { body } = await payments.call(seller, 'GET', '/api/payments/sales');
  return Array.isArray(body) ? body[0] : undefined;
};

test('When a listing has no date, then its proceeds are released a week after the delivery, and until that the time is unknown', async () => {
  const seller = await sellers.ready();
  const order = await sellers.paid(seller);
  expect(await sale(seller)).toMatchObject({ state: 'held' });
  expect((await sale(seller)).availableAt).toBeUndefined();
  expect((await chargeOf(order)).payoutDue).toBeUndefined();
  payments.system.clock.advance(dayMs);
  const deliveredAt = now();
  await sellers.completed(order, { delivery: sellers.delivered(deliveredAt) });
  const availableAt = new Date(deliveredAt.getTime() + 7 * dayMs);
  await until(order, { availableAt, payoutDue: { due: availableAt } });
  expect((await sale(seller)).availableAt).toBe(availableAt.toISOString());
  payments.system.clock.advance(7 * dayMs - 10_000);
  expect((await chargeOf(order)).releasingAt).toBeUndefined();
  payments.system.clock.advance(10_001);
  await asked(order);
  await agree(order, { delivery: sellers.delivered(deliveredAt) });
  await until(order, { paidOutAt: expect.any(Date) });
});

test('When a release without deliveries has completed the order, then the time counts from the sale', async () => {
  const order = await sellers.paid(await sellers.ready());
  await sellers.completed(order, {});
  const { completedAt, availableAt } = await chargeOf(order);
  expect(availableAt?.getTime()).toBe((completedAt?.getTime() ?? 0) + 7 * dayMs);
  payments.system.clock.advance(7 * dayMs + 1);
  await asked(order);
  const agreed = { ...order, status: 'complete' as const, version: order.version + 3 };
  await sellers.completed(agreed, { version: agreed.version, releaseAgreedAt: now().toISOString() });
  await until(order, { paidOutAt: expect.any(Date) });
});
