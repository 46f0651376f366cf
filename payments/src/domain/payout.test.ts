import { expect, test } from '@jest/globals';
import type { Charge } from './payment.ts';
import { nextPayoutStep, owesReversal } from './payout.ts';

const now = new Date('2026-11-29T12:00:00Z');
const at = now.toISOString();
const released = { releasedAt: now };
const claim = { number: 1, amount: 1799, accountId: 'acct', claimedAt: now };
const claimed = { ...released, transfer: claim };
const claimedBefore = { ...released, transfer: { ...claim, id: 'tr' } };
const sent = { transfers: [{ id: 'tr', amount: 1799, isOurs: true, reversals: [] }], sent: 1799 };
const paid = { ...claimedBefore, ...sent };
const second = { id: 'tr2', amount: 799, isOurs: true, reversals: [] };
const later = new Date(now.getTime() + 1);
const refundDue = { due: now, failures: 0, correlationId: 'c', traceId: 't' };
const reversal = { number: 2, amount: 100, transferId: 'tr', reversedBefore: 0, claimedAt: now };
const withdraw = { kind: 'withdraw', claim };
const byHand = { id: 'tr_hand', amount: 1, reversals: [] };
const takenBack = (reversal: object = { isOurs: true }) => [
  { id: 'tr', amount: 1799, isOurs: true, reversals: [{ id: 'trr', amount: 1799, ...reversal }] },
];
/** A lost dispute has taken all, and an appeal has given it back. */
const appealed = {
  status: 'refunded' as const,
  disputes: [{ id: 'dp', amount: 1999, reason: 'fraudulent', status: 'won' }],
};
const cancelled = { status: 'cancelled', reason: 'refunded', releaseAgreedAt: undefined } as const;
const inquiry = { id: 'dp', amount: 1999, reason: 'general', status: 'warning_needs_response' };
const withdrawn = { ...inquiry, status: 'warning_closed', movements: [{ id: 'txn', amount: -500 }] };
const pending = { id: 're', amount: 100, status: 'pending' as const };
const order: Charge['order'] = {
  userId: 'buyer',
  status: 'complete',
  expiresAt: at,
  delivery: { deliveredAt: at },
  releaseAgreedAt: at,
};

/** A sale whose time has come, delivered, to whose release orders has agreed. */
const base: Charge = {
  _id: 'order',
  order,
  version: 3,
  declines: 0,
  amount: 1999,
  currency: 'usd',
  createdAt: now,
  lastAttemptNumber: 1,
  status: 'completed',
  stripeId: 'pi',
  completedAt: now,
  left: 1999,
  fee: 200,
  availableAt: now,
};
const sale = (changes: Partial<Charge>, orderChanges: Partial<Charge['order']> = {}): Charge =>
  Object.assign({}, base, changes, { order: { ...order, ...orderChanges } });

test.each<[string, Charge, object]>([
  ['everything is there', sale({}), { kind: 'release' }],
  ['orders has not agreed', sale({}, { releaseAgreedAt: undefined }), { kind: 'ask' }],
  ['nothing is known of the delivery', sale({}, { releaseAgreedAt: undefined, delivery: undefined }), { kind: 'ask' }],
  ['the delivery is pending', sale({}, { delivery: {} }), { kind: 'done' }],
  ['the time is unknown', sale({ availableAt: undefined }), { kind: 'done' }],
  ['a problem is open', sale({}, { problemAt: at }), { kind: 'blocked' }],
  ['the problem is settled', sale({ problemSettledAt: now }, { problemAt: at }), { kind: 'release' }],
  ['the bank inquires', sale({ disputes: [inquiry] }), { kind: 'blocked' }],
  ['the inquiry is closed', sale({ disputes: [{ ...inquiry, status: 'warning_closed' }] }), { kind: 'release' }],
  ['the bank has withdrawn money without a word', sale({ disputes: [withdrawn] }), { kind: 'blocked' }],
  [
    'one of two refunds is pending',
    sale({ refunds: [pending, { ...pending, status: 'failed' }] }),
    { kind: 'blocked' },
  ],
  ['the last refund is pending', sale({ refundStatus: 'pending' }), { kind: 'blocked' }],
  ['a refund is due', sale({ refundDue }), { kind: 'blocked' }],
  ['an operator has ordered a refund', sale({ refundOrdered: { at: now, reason: 'r' } }), { kind: 'blocked' }],
  ['the time has not come', sale({ availableAt: later }), { kind: 'early', until: later }],
  ['all is returned', sale({ status: 'refunded', left: 0, fee: 0 }), { kind: 'done' }],
  ['it was no sale', sale({ completedAt: undefined, left: 0, fee: 0 }), { kind: 'done' }],
  [
    'a reversal is claimed',
    sale({ ...paid, reversal }),
    { kind: 'reverse', amount: 100, transferId: 'tr', claim: reversal },
  ],
  [
    'a part is refunded after the transfer',
    sale({ ...paid, left: 1000, fee: 100 }),
    { kind: 'reverse', amount: 899, transferId: 'tr' },
  ],
  [
    'all is refunded after two transfers',
    sale({ ...paid, transfers: [...sent.transfers, second], sent: 2598, left: 0, fee: 0 }),
    { kind: 'reverse', amount: 799, transferId: 'tr2' },
  ],
  [
    'the second of them is taken back',
    sale({
      ...paid,
      transfers: [...sent.transfers, { ...second, reversals: [{ id: 'trr', amount: 799, isOurs: true }] }],
      left: 0,
      fee: 0,
    }),
    { kind: 'reverse', amount: 1799, transferId: 'tr' },
  ],
  ['a part was sent by hand', sale({ ...released, transfers: [byHand], sent: 1 }), { kind: 'done' }],
  ['it is released', sale(released), { kind: 'transfer', amount: 1799 }],
  ['the transfer is claimed', sale(claimed), { kind: 'transfer', amount: 1799, claim }],
  ['the transfer is claimed and the bank inquires since', sale({ ...claimed, disputes: [inquiry] }), withdraw],
  ['the transfer is claimed and a part is refunded since', sale({ ...claimed, left: 1000, fee: 100 }), withdraw],
  ['the transfer is claimed and all is refunded since', sale({ ...claimed, status: 'refunded', left: 0 }), withdraw],
  ['the transfer is claimed and one was made by hand since', sale({ ...claimed, transfers: [byHand] }), withdraw],
  ['the transfer is claimed and the order is cancelled since', sale(claimed, { status: 'cancelled' }), withdraw],
  ['an appeal is won', sale(appealed), { kind: 'release' }],
  ['an appeal is won whose order is cancelled since', sale(appealed, cancelled), { kind: 'release' }],
  ['it was cancelled otherwise', sale(appealed, { ...cancelled, reason: 'not_delivered' }), { kind: 'blocked' }],
  ['it was cancelled before the delivery', sale(appealed, { ...cancelled, delivery: {} }), { kind: 'done' }],
  ['it was cancelled before it was complete', sale(appealed, { ...cancelled, delivery: undefined }), { kind: 'done' }],
  ['it has no delivery', sale(appealed, { delivery: undefined }), { kind: 'release' }],
  ['a problem is open', sale(appealed, { ...cancelled, problemAt: at }), { kind: 'blocked' }],
  [
    'an appeal is won after the transfer was taken back',
    sale({ ...appealed, ...claimedBefore, transfers: takenBack(), sent: 0 }, cancelled),
    { kind: 'transfer', amount: 1799 },
  ],
  [
    'an appeal is won after a part was taken back',
    sale({ ...appealed, ...claimedBefore, transfers: takenBack({ amount: 500, isOurs: true }), sent: 1299 }, cancelled),
    { kind: 'transfer', amount: 500 },
  ],
  [
    'that transfer is claimed',
    sale({ ...appealed, ...claimed, transfers: takenBack(), sent: 0 }, cancelled),
    { kind: 'transfer', amount: 1799, claim },
  ],
  [
    'the transfer was taken back by hand',
    sale({ ...claimedBefore, transfers: takenBack({}), sent: 0 }),
    { kind: 'done' },
  ],
  [
    'the proceeds are sent and the bank inquires',
    sale({ ...claimedBefore, ...sent, disputes: [inquiry] }),
    { kind: 'done' },
  ],
])('When %s, then the next step is right', (_, charge, step) => {
  expect(nextPayoutStep(charge, 1, now)).toEqual(step);
});

test('When the currency has three decimals, then a multiple of ten is sent, and what remains is no debt', () => {
  expect(nextPayoutStep(sale(released), 10, now)).toEqual({ kind: 'transfer', amount: 1790 });
  expect(owesReversal(sale({ ...claimedBefore, sent: 1790 }), 10)).toBe(false);
});

test.each([
  ['a reversal is claimed', { reversal }, true],
  ['more is sent than is due', { sent: 1800 }, true],
  ['what is due is sent', { sent: 1799 }, false],
])('When %s, then whether the seller owes a reversal is known', (_, changes, owes) => {
  expect(owesReversal(sale(changes), 1)).toBe(owes);
});
