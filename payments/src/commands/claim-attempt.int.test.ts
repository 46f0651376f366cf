import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PaymentDocument } from '../models/index.ts';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';
import { claimNextAttempt } from './claim-attempt.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments.close());

const claim = (orderId: string, changes: { readonly userId?: string; readonly maxAttempts?: number } = {}) =>
  claimNextAttempt(
    {
      payments: payments.system.collection<PaymentDocument>('payments'),
      now: payments.system.clock.now,
      maxAttempts: changes.maxAttempts ?? 3,
    },
    {
      orderId,
      userId: changes.userId ?? 'buyer',
      token: 'tok_visa',
      trace: { correlationId: 'test', traceId: '0'.repeat(32) },
    },
  );

const declined = async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  return order;
};

test('When ten processes claim the next attempt at the same moment, then one gets it', async () => {
  const { id } = await declined();
  const claims = await Promise.all(Array.from({ length: 10 }, () => claim(id)));
  expect(claims.filter((claimed) => claimed !== null).map((claimed) => claimed?.attempt?.number)).toEqual([2]);
  expect(await payments.stored(id)).toMatchObject({ tries: 2, attempt: { number: 2 } });
});

test('When the order is not the caller’s, is cancelled, or has no attempt left, then nothing is claimed', async () => {
  const order = await declined();
  expect(await claim(order.id, { userId: 'other' })).toBeNull();
  expect(await claim(order.id, { maxAttempts: 1 })).toBeNull();
  await payments.cancel(order);
  expect(await claim(order.id)).toBeNull();
  expect((await payments.stored(order.id))?.tries).toBe(1);
});
