import { expect, test } from '@jest/globals';
import { cancelReasons, orderStatuses, type OrderStatus } from '@ticketing/common/events';
import * as fc from 'fast-check';
import { canMove, liveStatuses, statusesBefore, unpaidStatuses } from './order-status.ts';

const status = fc.constantFrom(...orderStatuses);
const reason = fc.constantFrom(undefined, ...cancelReasons);

/** The contract's transitions, as an independent list. */
const allowed = new Set([
  'created→awaiting:payment',
  'awaiting:payment→complete',
  'created→cancelled',
  'awaiting:payment→cancelled',
]);

test('When an order may move from one status to another, then the contract allows it, and vice versa', () => {
  for (const from of orderStatuses) {
    for (const to of orderStatuses)
      expect([from, to, canMove(from, to)]).toEqual([from, to, allowed.has(`${from}→${to}`)]);
  }
});

test('When a complete order is cancelled, then it is refunded or was not delivered, and an unpaid one may be cancelled for any reason', () => {
  const reasons = cancelReasons.filter((reason) => canMove('complete', 'cancelled', reason));
  expect(reasons).toEqual(['not_delivered', 'refunded']);
  for (const reason of cancelReasons) {
    expect(canMove('awaiting:payment', 'cancelled', reason)).toBe(true);
    for (const to of orderStatuses) expect(canMove('cancelled', to, reason)).toBe(false);
  }
});

test('When moves are attempted in any order, then a status is reached once at most, and a cancelled order stays cancelled', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(status, reason), { maxLength: 20 }), (attempts) => {
      let current: OrderStatus = 'created';
      const path: OrderStatus[] = [current];
      for (const [to, why] of attempts) {
        // Like the commands: the write matches only the statuses from which the move is allowed.
        if (!statusesBefore(to, why).includes(current)) continue;
        current = to;
        path.push(current);
      }
      expect(new Set(path).size).toBe(path.length);
      const ended = path.indexOf('cancelled');
      if (ended >= 0) expect(ended).toBe(path.length - 1);
      if (path.includes('complete')) expect(path.slice(0, 3)).toEqual(['created', 'awaiting:payment', 'complete']);
    }),
  );
});

test('When statuses keep a ticket from other buyers, then they are all but cancelled', () => {
  expect(orderStatuses.filter((each) => !liveStatuses.includes(each))).toEqual(['cancelled']);
});

test('When statuses expire at the deadline, then they are those before payment', () => {
  expect([...unpaidStatuses].toSorted()).toEqual(['awaiting:payment', 'created']);
});
