import { expect, test } from '@jest/globals';
import { orderStatuses, type OrderStatus } from '@ticketing/common/events';
import * as fc from 'fast-check';
import { canMove, liveStatuses, statusesBefore, unpaidStatuses } from './order-status.ts';

const status = fc.constantFrom(...orderStatuses);

/** What the contract says, written another way. */
const allowed = new Set([
  'created→awaiting:payment',
  'awaiting:payment→complete',
  'created→cancelled',
  'awaiting:payment→cancelled',
]);

test('When an order may move from one status to another, then the contract says so, and the other way round', () => {
  for (const from of orderStatuses) {
    for (const to of orderStatuses)
      expect([from, to, canMove(from, to)]).toEqual([from, to, allowed.has(`${from}→${to}`)]);
  }
});

test('When moves are tried in any order, then an order makes at most two, and an ended one makes none', () => {
  fc.assert(
    fc.property(fc.array(status, { maxLength: 20 }), (attempts) => {
      let current: OrderStatus = 'created';
      const path: OrderStatus[] = [current];
      for (const to of attempts) {
        // As the commands do it: the write's condition is the statuses from which the move is allowed.
        if (!statusesBefore(to).includes(current)) continue;
        current = to;
        path.push(current);
      }
      expect(path.length).toBeLessThanOrEqual(3);
      expect(new Set(path).size).toBe(path.length);
      const ended = path.findIndex((seen) => seen === 'complete' || seen === 'cancelled');
      if (ended >= 0) expect(ended).toBe(path.length - 1);
      if (path.includes('complete')) expect(path).toEqual(['created', 'awaiting:payment', 'complete']);
    }),
  );
});

test('When an order keeps its ticket from others, then it is every order but a cancelled one', () => {
  expect(orderStatuses.filter((each) => !liveStatuses.includes(each))).toEqual(['cancelled']);
});

test('When a deadline can end an order, then it is one that is not paid and not cancelled', () => {
  expect([...unpaidStatuses].toSorted()).toEqual(['awaiting:payment', 'created']);
});
