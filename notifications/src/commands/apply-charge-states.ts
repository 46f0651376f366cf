import type { ChargeState } from '@ticketing/common/events';
import { isRecent } from '@ticketing/common/mail';
import type { Outcome, Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { storeAndMail } from './store-and-mail.ts';

/** Mails that money was returned. */
export const applyChargeStates =
  (deps: Deps) =>
  (charges: readonly Received<ChargeState>[]): Promise<readonly Outcome[]> => {
    const now = deps.now();
    return storeAndMail(deps, 'charge', charges, {
      saleIdOf: ({ orderId }) => orderId,
      matters: ({ refundedAt }) => refundedAt !== undefined && isRecent(new Date(refundedAt), now),
    });
  };
