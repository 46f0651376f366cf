import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { hasBegun } from './listing.ts';
import {
  claimGraceMs,
  decideClaim,
  isLate,
  otherHolderTimeoutMs,
  type Claim,
  type ClaimedTicket,
} from './claim-decision.ts';

const now = new Date(1_000);
const orderId = fc.constantFrom('a', 'b', 'c');
const ticket = fc.record({
  revision: fc.nat(2),
  price: fc.constantFrom(1000, 2000),
  orderId: fc.option(orderId, { nil: undefined }),
  soldAt: fc.option(fc.constant(new Date(0)), { nil: undefined }),
  withdrawnAt: fc.option(fc.constant(new Date(0)), { nil: undefined }),
  startsAt: fc.option(fc.constantFrom(new Date(0), now, new Date(now.getTime() + 1)), { nil: undefined }),
  closedOrders: fc.array(fc.record({ id: orderId }), { maxLength: 3 }),
});
const claim = fc.record({
  orderId,
  revision: fc.nat(2),
  price: fc.constantFrom(1000, 2000),
  isLate: fc.boolean(),
});
const waited = fc.constantFrom(0, otherHolderTimeoutMs - 1, otherHolderTimeoutMs, 60_000);

const isClosed = (known: ClaimedTicket, { orderId }: Claim) => known.closedOrders.some(({ id }) => id === orderId);

test('When a claim is granted, then the ticket is free, neither sold nor withdrawn, its event has not begun, it is unchanged, and its order is neither closed nor late', () => {
  fc.assert(
    fc.property(ticket, claim, waited, (known, wanted, waitedMs) => {
      const mayHave =
        known.orderId === undefined &&
        known.soldAt === undefined &&
        known.withdrawnAt === undefined &&
        !hasBegun(known, now) &&
        known.revision === wanted.revision &&
        !wanted.isLate &&
        !isClosed(known, wanted);
      expect(decideClaim(known, wanted, { waitedMs, now }).kind === 'claim').toBe(mayHave);
    }),
  );
});

test('When the order already holds the ticket, or is closed and not late, then there is nothing to do', () => {
  fc.assert(
    fc.property(ticket, claim, waited, (known, wanted, waitedMs) => {
      const settled = known.orderId === wanted.orderId || (!wanted.isLate && isClosed(known, wanted));
      expect(decideClaim(known, wanted, { waitedMs, now }).kind === 'nothing').toBe(settled);
    }),
  );
});

test('When the event has begun, then an order that would get the ticket is refused', () => {
  const free = { revision: 0, price: 1000, closedOrders: [] };
  const wanted = { orderId: 'a', revision: 0, price: 1000, isLate: false };
  const decide = (startsAt: Date) => decideClaim({ ...free, startsAt }, wanted, { waitedMs: 0, now });
  expect(decide(new Date(now.getTime() + 1))).toEqual({ kind: 'claim' });
  expect(decide(now)).toEqual({ kind: 'refuse', reason: 'unavailable' });
});

test('When an order is refused, then the reason is the first that holds: late, sold, price, listing, withdrawn, begun or held by another', () => {
  fc.assert(
    fc.property(ticket, claim, waited, (known, wanted, waitedMs) => {
      const decision = decideClaim(known, wanted, { waitedMs, now });
      if (decision.kind !== 'refuse') return;
      const changed = known.revision !== wanted.revision;
      expect(decision.reason).toBe(
        wanted.isLate || known.soldAt !== undefined || !changed
          ? 'unavailable'
          : known.price === wanted.price
            ? 'ticket_changed'
            : 'price_changed',
      );
    }),
  );
});

test('When a claim waits, then it waits for another holder, and no longer than the timeout', () => {
  fc.assert(
    fc.property(ticket, claim, waited, (known, wanted, waitedMs) => {
      if (decideClaim(known, wanted, { waitedMs, now }).kind !== 'wait') return;
      expect(known.orderId).not.toBe(undefined);
      expect(known.withdrawnAt).toBe(undefined);
      expect(hasBegun(known, now)).toBe(false);
      expect(known.orderId).not.toBe(wanted.orderId);
      expect(waitedMs).toBeLessThan(otherHolderTimeoutMs);
      expect(decideClaim(known, wanted, { waitedMs: otherHolderTimeoutMs, now })).toEqual({
        kind: 'refuse',
        reason: 'unavailable',
      });
    }),
  );
});

test('When the deadline of an order is over for two minutes, then its claim is late', () => {
  const order = { expiresAt: '2030-01-01T00:15:00.000Z' };
  const deadline = Date.parse(order.expiresAt);
  expect(isLate(order, new Date(deadline + claimGraceMs - 1))).toBe(false);
  expect(isLate(order, new Date(deadline + claimGraceMs))).toBe(true);
});
