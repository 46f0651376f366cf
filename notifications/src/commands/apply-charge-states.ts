import type { ChargeState } from '@ticketing/common/events';
import { isRecent } from '@ticketing/common/mail';
import type { Outcome, Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { storeAndMail } from './store-and-mail.ts';

/** Mails what has become of payments: money that was returned, disputes and transfers. */
export const applyChargeStates =
  (deps: Deps) =>
  (charges: readonly Received<ChargeState>[]): Promise<readonly Outcome[]> => {
    const now = deps.now();
    return storeAndMail(deps, 'charge', charges, {
      saleIdOf: ({ orderId }) => orderId,
      matters: ({ refundedAt, paidOutAt, dispute, returned = [] }) =>
        [refundedAt, paidOutAt, dispute?.openedAt, ...returned.map(({ at }) => at)].some(
          (time) => time !== undefined && isRecent(new Date(time), now),
        ),
    });
  };
