import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { decideClaim, otherHolderPatienceMs, type Claim, type ClaimedTicket } from './claim-decision.ts';

const orderId = fc.constantFrom('a', 'b', 'c');
const ticket = fc.record({
  revision: fc.nat(2),
  price: fc.constantFrom(1000, 2000),
  orderId: fc.option(orderId, { nil: undefined }),
  soldAt: fc.option(fc.constant(new Date(0)), { nil: undefined }),
  closedOrders: fc.array(fc.record({ id: orderId }), { maxLength: 3 }),
});
const claim = fc.record({ orderId, revision: fc.nat(2), price: fc.constantFrom(1000, 2000) });
const age = fc.constantFrom(-5_000, 0, otherHolderPatienceMs - 1, otherHolderPatienceMs, 60_000);

const isClosed = (known: ClaimedTicket, { orderId }: Claim) => known.closedOrders.some(({ id }) => id === orderId);

test('When a claim is granted, then the ticket is free, unsold and unchanged, and its order is not closed', () => {
  fc.assert(
    fc.property(ticket, claim, age, (known, wanted, ageMs) => {
      const mayHave =
        known.orderId === undefined &&
        known.soldAt === undefined &&
        known.revision === wanted.revision &&
        !isClosed(known, wanted);
      expect(decideClaim(known, wanted, ageMs).kind === 'claim').toBe(mayHave);
    }),
  );
});

test('When the ticket is this order’s already or the order is closed, then there is nothing to do', () => {
  fc.assert(
    fc.property(ticket, claim, age, (known, wanted, ageMs) => {
      const settled = known.orderId === wanted.orderId || isClosed(known, wanted);
      expect(decideClaim(known, wanted, ageMs).kind === 'nothing').toBe(settled);
    }),
  );
});

test('When an order is refused, then the reason is the first that holds: sold, price, listing, held by another', () => {
  fc.assert(
    fc.property(ticket, claim, age, (known, wanted, ageMs) => {
      const decision = decideClaim(known, wanted, ageMs);
      if (decision.kind !== 'refuse') return;
      const changed = known.revision !== wanted.revision;
      expect(decision.reason).toBe(
        known.soldAt !== undefined || !changed
          ? 'unavailable'
          : known.price === wanted.price
            ? 'ticket_changed'
            : 'price_changed',
      );
    }),
  );
});

test('When it waits, then only for another holder and only within its patience; it never waits for ever', () => {
  fc.assert(
    fc.property(ticket, claim, age, (known, wanted, ageMs) => {
      if (decideClaim(known, wanted, ageMs).kind !== 'wait') return;
      expect(known.orderId).not.toBe(undefined);
      expect(known.orderId).not.toBe(wanted.orderId);
      expect(ageMs).toBeLessThan(otherHolderPatienceMs);
      expect(decideClaim(known, wanted, otherHolderPatienceMs)).toEqual({ kind: 'refuse', reason: 'unavailable' });
    }),
  );
});
