import { expect, test } from '@jest/globals';
import { BadRequestError, ConflictError } from '@ticketing/common/errors';
import { checkOrderable } from './order-decision.ts';

const ticket = { id: 'ticket', version: 3, revision: 1, title: 'Final', price: 1999, userId: 'seller' };

test.each([
  ['free and the buyer sends no price', {}, { userId: 'buyer' }],
  ['free and its price is the one shown', {}, { userId: 'buyer', expectedPrice: 1999 }],
])('When the ticket is %s, then it may be ordered', (_, state, request) => {
  expect(() => checkOrderable({ ...ticket, ...state }, request)).not.toThrow();
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
    'more expensive than shown',
    {},
    { userId: 'buyer', expectedPrice: 1998 },
    ConflictError,
    'The price of this ticket has changed',
  ],
  [
    'cheaper than shown',
    {},
    { userId: 'buyer', expectedPrice: 2000 },
    ConflictError,
    'The price of this ticket has changed',
  ],
])('When the ticket is %s, then it is refused', (_, state, request, error, message) => {
  const order = () => checkOrderable({ ...ticket, ...state }, request);
  expect(order).toThrow(error);
  expect(order).toThrow(message);
});
