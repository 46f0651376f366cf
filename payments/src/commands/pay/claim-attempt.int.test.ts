import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PaymentDocument } from '../../models/payment.ts';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { claimNextAttempt } from './claim-attempt.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments.close());

const claim = (orderId: string, changes: { readonly userId?: string; readonly maxDeclines?: number } = {}) =>
  claimNextAttempt(
    {
      payments: payments.system.collection<PaymentDocument>('payments'),
      now: payments.system.clock.now,
      maxDeclines: changes.maxDeclines ?? 3,
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
  expect(claims.filter((claimed) => claimed !== null).map((claimed) => claimed?.openAttempt.number)).toEqual([2]);
  expect(await payments.stored(id)).toMatchObject({ lastAttemptNumber: 2, openAttempt: { number: 2 } });
});

test('When the order belongs to another user, is cancelled, or has no attempt left, then nothing is claimed', async () => {
  const order = await declined();
  expect(await claim(order.id, { userId: 'other' })).toBeNull();
  expect(await claim(order.id, { maxDeclines: 1 })).toBeNull();
  await payments.cancel(order);
  expect(await claim(order.id)).toBeNull();
  expect((await payments.stored(order.id))?.lastAttemptNumber).toBe(1);
});

test('When the open attempt of a closing order has ended and the payment is not closed yet, then nothing is claimed', async () => {
  const { id } = await declined();
  await payments.system
    .collection<PaymentDocument>('payments')
    .updateOne({ _id: id }, { $set: { 'order.closing': 'expired' } });
  expect(await claim(id)).toBeNull();
  expect((await payments.stored(id))?.lastAttemptNumber).toBe(1);
});
