import { expect, test } from '@jest/globals';
import {
  canceled,
  cancelRefusal,
  confirmRefusal,
  paymentChangeRefusal,
  chargeCard,
  withMethod,
} from './payment-intent.ts';
import type { PaymentIntent, PaymentMethod } from './records.ts';

const intent: PaymentIntent = {
  object: 'payment_intent',
  id: 'pi_1',
  clientSecret: 'pi_1_secret',
  created: 1,
  amount: 1999,
  currency: 'usd',
  status: 'requires_payment_method',
  metadata: { orderId: 'o1' },
  description: null,
  receiptEmail: null,
  statementDescriptorSuffix: null,
  transferGroup: null,
  captureMethod: 'automatic_async',
  automaticPaymentMethods: null,
  paymentMethod: null,
  latestCharge: null,
  failedCharge: null,
  authentication: null,
  failedAuthentication: null,
  canceledAt: null,
  cancellationReason: null,
};

const method = (card: string): PaymentMethod => ({
  object: 'payment_method',
  id: `pm_${card}`,
  created: 1,
  card,
  expMonth: 1,
  expYear: 2040,
  hasCvc: true,
  billing: null,
  metadata: {},
  usedBy: null,
});

test('When a valid card is charged, then the PaymentIntent has succeeded and refuses every further change', () => {
  const { intent: paid, charge } = chargeCard(intent, method('visa'), {
    chargeId: 'ch_1',
    now: 7,
    isAuthenticated: false,
    balanceTransaction: 'txn_1',
  });
  expect(paid).toMatchObject({
    status: 'succeeded',
    paymentMethod: 'pm_visa',
    latestCharge: 'ch_1',
    failedCharge: null,
  });
  expect(charge).toMatchObject({ status: 'succeeded', amount: 1999, metadata: { orderId: 'o1' }, created: 7 });
  for (const refusalOf of [confirmRefusal, cancelRefusal, paymentChangeRefusal])
    expect(refusalOf(paid)).toMatch(/succeeded/);
});

test('When a card is declined, then the PaymentIntent accepts another one, which can pay', () => {
  const declined = chargeCard(withMethod(intent, method('chargeDeclined')), method('chargeDeclined'), {
    chargeId: 'ch_1',
    now: 7,
    isAuthenticated: false,
    balanceTransaction: 'txn_1',
  });
  expect(declined.charge.status).toBe('failed');
  expect(declined.method.usedBy).toBe('pi_1');
  expect(declined.intent).toMatchObject({
    status: 'requires_payment_method',
    paymentMethod: null,
    latestCharge: 'ch_1',
    failedCharge: 'ch_1',
  });
  expect(confirmRefusal(declined.intent)).toBeUndefined();
  const paid = chargeCard(declined.intent, method('visa'), {
    chargeId: 'ch_2',
    now: 8,
    isAuthenticated: false,
    balanceTransaction: 'txn_1',
  });
  expect(paid.intent).toMatchObject({ status: 'succeeded', failedCharge: null, latestCharge: 'ch_2' });
});

test('When a PaymentIntent is cancelled, then it cannot be confirmed, cancelled or changed', () => {
  const dead = canceled(intent, { now: 9, reason: 'abandoned' });
  expect(dead).toMatchObject({ status: 'canceled', canceledAt: 9, cancellationReason: 'abandoned' });
  for (const refusalOf of [confirmRefusal, cancelRefusal, paymentChangeRefusal])
    expect(refusalOf(dead)).toMatch(/canceled/);
});
