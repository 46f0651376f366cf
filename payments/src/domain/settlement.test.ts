import { expect, test } from '@jest/globals';
import type { Decline } from './decline.ts';
import { attemptAbandonedMs, type Charge } from './payment.ts';
import { reconcile, type IntentState } from './settlement.ts';

const now = new Date('2026-05-01T12:00:00.000Z');
const decline = (chargeId: string | undefined): Decline => ({
  message: 'Your card was declined.',
  declineCode: 'generic_decline',
  chargeId,
});
const attemptAged = (ms: number) => ({
  openAttempt: { number: 3, token: 'hash', at: new Date(now.getTime() - ms), correlationId: 'c', traceId: 't' },
});
const charge = {
  _id: 'order',
  order: { userId: 'buyer', status: 'awaiting:payment' as const, expiresAt: now.toISOString() },
  version: 0,
  status: 'created' as const,
  declines: 0,
  lastAttemptNumber: 3,
  amount: 1999,
  currency: 'usd',
  createdAt: now,
} satisfies Charge;
const intent = (changes: Partial<IntentState> = {}): IntentState => ({ status: 'open', ...changes });
const recent = attemptAged(1_000);
const old = attemptAged(attemptAbandonedMs);
const atBank = {
  openAttempt: { ...recent.openAttempt, action: { url: 'https://bank.example', readAt: now, due: now } },
};

const cases: readonly [string, Charge, IntentState, object][] = [
  ['the payment has succeeded', { ...charge, ...recent }, intent({ status: 'succeeded' }), { kind: 'paid' }],
  [
    'the payment of a failed charge has succeeded',
    { ...charge, status: 'failed' },
    intent({ status: 'succeeded' }),
    { kind: 'paid' },
  ],
  ['it is cancelled', { ...charge, ...recent }, intent({ status: 'canceled' }), { kind: 'closed' }],
  ['Stripe is still deciding', { ...charge, ...old }, intent({ status: 'processing' }), { kind: 'undecided' }],
  ['a recent attempt is not visible at Stripe', { ...charge, ...recent }, intent(), { kind: 'undecided' }],
  ['an abandoned attempt is not visible at Stripe', { ...charge, ...old }, intent(), { kind: 'not-made', number: 3 }],
  ['no attempt is open', charge, intent(), { kind: 'nothing' }],
  ['no attempt is open and the decline is counted', charge, intent({ decline: decline('ch_1') }), { kind: 'nothing' }],
  [
    'the card was declined',
    { ...charge, ...recent },
    intent({ decline: decline('ch_1') }),
    { kind: 'declined', number: 3, decline: decline('ch_1') },
  ],
  [
    'the next card was declined too',
    { ...charge, declines: 1, declinedCharge: 'ch_1', ...recent },
    intent({ decline: decline('ch_2') }),
    { kind: 'declined', number: 3, decline: decline('ch_2') },
  ],
  [
    'the page at the bank is that of the attempt before, and this one may be on its way',
    { ...charge, openAttempt: { ...recent.openAttempt, superseded: atBank.openAttempt } },
    intent({ status: 'action', actionUrl: 'https://bank.example' }),
    { kind: 'undecided' },
  ],
  [
    'the page at the bank is that of the attempt before, and this one is abandoned',
    { ...charge, openAttempt: { ...old.openAttempt, superseded: atBank.openAttempt } },
    intent({ status: 'action', actionUrl: 'https://bank.example' }),
    { kind: 'not-made', number: 3 },
  ],
  [
    'the page at the bank is not that of the attempt before',
    { ...charge, openAttempt: { ...recent.openAttempt, superseded: atBank.openAttempt } },
    intent({ status: 'action', actionUrl: 'https://other.example' }),
    { kind: 'action', number: 3, url: 'https://other.example' },
  ],
  [
    'only the earlier decline is known',
    { ...charge, declines: 1, declinedCharge: 'ch_1', ...old },
    intent({ decline: decline('ch_1') }),
    { kind: 'not-made', number: 3 },
  ],
  [
    'the first decline came without a charge',
    { ...charge, ...recent },
    intent({ decline: decline(undefined) }),
    { kind: 'declined', number: 3, decline: decline(undefined) },
  ],
  [
    'the bank wants a confirmation',
    { ...charge, ...old },
    intent({ status: 'action', actionUrl: 'https://bank.example' }),
    { kind: 'action', number: 3, url: 'https://bank.example' },
  ],
  ['the bank wants one without a page', { ...charge, ...old }, intent({ status: 'action' }), { kind: 'undecided' }],
  [
    'the confirmation has failed after an earlier decline',
    { ...charge, declines: 1, declinedCharge: 'ch_1', ...atBank },
    intent({ decline: decline(undefined) }),
    { kind: 'declined', number: 3, decline: decline(undefined) },
  ],
  ['the confirmation has ended without a trace', { ...charge, ...atBank }, intent(), { kind: 'not-made', number: 3 }],
  [
    'a decline without a charge may be the counted one',
    { ...charge, declines: 1, ...recent },
    intent({ decline: decline(undefined) }),
    { kind: 'undecided' },
  ],
];

test.each(cases)('When %s, then that is what is written', (_what, payment, state, settlement) => {
  expect(reconcile(payment, state, now)).toEqual(settlement);
});
