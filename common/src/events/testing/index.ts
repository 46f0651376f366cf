import { newId } from '../../mongo/index.ts';
import type { OrderState } from '../index.ts';

/** A new order of a ticket of its own, which expires in 15 minutes; `changes` replaces fields. For tests. */
export const newOrder = (changes: Partial<OrderState> = {}): OrderState => ({
  id: newId(),
  version: 0,
  userId: 'buyer',
  status: 'created',
  expiresAt: new Date(Date.now() + 900_000).toISOString(),
  price: 1999,
  ticket: { id: newId(), title: 'Final', price: 1999, version: 0, revision: 0 },
  ...changes,
});
