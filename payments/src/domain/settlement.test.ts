import { expect, test } from '@jest/globals';
import type { Decline } from './decline.ts';
import { attemptAbandonedMs, type Payment } from './payment.ts';
import { judge, type IntentState } from './settlement.ts';

const now = new Date('2026-05-01T12:00:00.000Z');
const decline = (chargeId: string | undefined): Decline => ({
  message: 'Your card was declined.',
  declineCode: 'generic_decline',
  chargeId,
});
const story = { correlationId: 'c', traceId: 't' };
const attemptAged = (ms: number, number = 1) => ({
  attempt: { number, token: 'hash', at: new Date(now.getTime() - ms), ...story },
});
const charge: Payment = { _id: 'order', status: 'created', attempts: 0 };
const intent = (changes: Partial<IntentState> = {}): IntentState => ({ id: 'pi_1', status: 'open', ...changes });
const young = attemptAged(1_000);
const old = attemptAged(attemptAbandonedMs);

const cases: readonly [string, Payment, IntentState, object][] = [
  ['money has landed', { ...charge, ...young }, intent({ status: 'succeeded' }), { kind: 'paid' }],
  [
    'money has landed on a failed charge',
    { ...charge, status: 'failed' },
    intent({ status: 'succeeded' }),
    { kind: 'paid' },
  ],
  ['it is cancelled', { ...charge, ...young }, intent({ status: 'canceled' }), { kind: 'closed' }],
  ['Stripe is still deciding', { ...charge, ...old }, intent({ status: 'processing' }), { kind: 'undecided' }],
  ['a young attempt has left no trace', { ...charge, ...young }, intent(), { kind: 'undecided' }],
  ['an old attempt has left no trace', { ...charge, ...old }, intent(), { kind: 'not-made' }],
  ['no attempt is open', charge, intent(), { kind: 'nothing' }],
  ['no attempt is open and the decline is counted', charge, intent({ decline: decline('ch_1') }), { kind: 'nothing' }],
  [
    'the card was declined',
    { ...charge, ...young },
    intent({ decline: decline('ch_1') }),
    { kind: 'declined', decline: decline('ch_1') },
  ],
  [
    'the next card was declined too',
    { ...charge, attempts: 1, declinedCharge: 'ch_1', ...young },
    intent({ decline: decline('ch_2') }),
    { kind: 'declined', decline: decline('ch_2') },
  ],
  [
    'only the earlier decline is known',
    { ...charge, attempts: 1, declinedCharge: 'ch_1', ...old },
    intent({ decline: decline('ch_1') }),
    { kind: 'not-made' },
  ],
  [
    'the first decline came without a charge',
    { ...charge, ...young },
    intent({ decline: decline(undefined) }),
    { kind: 'declined', decline: decline(undefined) },
  ],
  [
    'a decline without a charge may be the counted one',
    { ...charge, attempts: 1, ...young },
    intent({ decline: decline(undefined) }),
    { kind: 'undecided' },
  ],
];

test.each(cases)('When %s, then that is what is written', (_what, payment, state, settlement) => {
  expect(judge(payment, state, now)).toEqual(settlement);
});
