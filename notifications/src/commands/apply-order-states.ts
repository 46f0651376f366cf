import type { OrderState } from '@ticketing/common/events';
import { isRecent } from '@ticketing/common/mail';
import type { Outcome, Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { storeAndMail } from './store-and-mail.ts';

/** Mails what complete orders and reported problems mean to buyers and sellers, and stores cancelled orders, whose money may be returned. */
export const applyOrderStates =
  (deps: Deps) =>
  (orders: readonly Received<OrderState>[]): Promise<readonly Outcome[]> => {
    const now = deps.now();
    return storeAndMail(deps, 'order', orders, {
      saleIdOf: ({ id }) => id,
      // Nothing more is said about older ones, which are republished now and then.
      matters: ({ status, completedAt, problemSince, delivery, expiresAt }) =>
        (status === 'complete' &&
          [completedAt, problemSince, delivery?.deliveredAt].some(
            (time) => time !== undefined && isRecent(new Date(time), now),
          )) ||
        // A sale may be undone long after the deadline of its order.
        (status === 'cancelled' && (completedAt !== undefined || isRecent(new Date(expiresAt), now))),
    });
  };
