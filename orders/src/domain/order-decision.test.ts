import { expect, test } from '@jest/globals';
import { BadRequestError, ConflictError } from '@ticketing/common/errors';
import { checkOrderable, holdEnd } from './order-decision.ts';

const ticket = { id: 'ticket', version: 3, revision: 1, title: 'Final', price: 1999, userId: 'seller' };
const now = new Date('2030-01-01T00:00:00.000Z');

test.each([
  ['free and the buyer sends no price', {}, { userId: 'buyer' }],
  ['free and its price is the one shown', {}, { userId: 'buyer', expectedPrice: 1999 }],
  [
    'the listing shown, claimed and released since its last edit',
    { lastEdit: { revision: 1, version: 1 } },
    { userId: 'buyer', expectedVersion: 1 },
  ],
  ['never edited, claimed and released', { revision: 0 }, { userId: 'buyer', expectedVersion: 0 }],
  ['the version shown', {}, { userId: 'buyer', expectedVersion: 3 }],
  ['for an event that begins soon', { startsAt: '2030-01-01T00:00:00.001Z' }, { userId: 'buyer' }],
])('When the ticket is %s, then it may be ordered', (_, state, request) => {
  expect(() => checkOrderable({ ...ticket, ...state }, request, now)).not.toThrow();
});

test.each([
  ['the buyer’s own', {}, { userId: 'seller' }, BadRequestError, 'You cannot order your own ticket'],
  ['held', { orderId: 'other' }, { userId: 'buyer' }, BadRequestError, 'Ticket is already reserved'],
  [
    'sold',
    { orderId: 'other', soldAt: '2030-01-01T00:00:00.000Z' },
    { userId: 'buyer' },
    BadRequestError,
    'Ticket is already reserved',
  ],
  [
    'for an event that has begun',
    { startsAt: '2030-01-01T00:00:00.000Z' },
    { userId: 'buyer', expectedPrice: 1 },
    BadRequestError,
    'This event has begun',
  ],
  [
    'more expensive than shown',
    {},
    { userId: 'buyer', expectedPrice: 1998 },
    ConflictError,
    'The price of this ticket has changed',
  ],
  [
    'edited since it was shown',
    { lastEdit: { revision: 1, version: 2 } },
    { userId: 'buyer', expectedVersion: 1 },
    ConflictError,
    'The listing of this ticket has changed',
  ],
  [
    'perhaps edited since it was shown, by a release that does not say when',
    { revision: 2, lastEdit: { revision: 1, version: 1 } },
    { userId: 'buyer', expectedVersion: 2 },
    ConflictError,
    'The listing of this ticket has changed',
  ],
  [
    'cheaper than shown',
    {},
    { userId: 'buyer', expectedPrice: 2000 },
    ConflictError,
    'The price of this ticket has changed',
  ],
])('When the ticket is %s, then it is refused', (_, state, request, error, message) => {
  const order = () => checkOrderable({ ...ticket, ...state }, request, now);
  expect(order).toThrow(error);
  expect(order).toThrow(message);
});

test.each([
  [undefined, '2030-01-01T00:15:00.000Z'],
  ['2030-01-01T00:15:00.001Z', '2030-01-01T00:15:00.000Z'],
  ['2030-01-01T01:14:59.999+01:00', '2030-01-01T00:14:59.999Z'],
])('When the event begins at %s, then a hold ends at %s', (startsAt, end) => {
  expect(holdEnd(startsAt === undefined ? {} : { startsAt }, now, 900).toISOString()).toBe(end);
});
