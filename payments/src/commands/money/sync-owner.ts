import type { Trace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import type { Deadline } from '../../gateways/stripe/call.ts';
import type { Owner } from '../../gateways/stripe/movements.ts';
import { refreshPayoutAccount } from '../payout/refresh-payout-account.ts';
import { syncMoney } from './sync-money.ts';

/** By how much Stripe's clock may differ from ours. */
const clockSkewMs = 60_000;

interface Change {
  /** When it happened at Stripe: what was read later has it. Undefined: it is read in any case. */
  readonly at?: Date;
  readonly trace: Trace;
  readonly deadline: Deadline;
}

/**
 * Something at Stripe has changed: reads the money of the order, or the account of the seller, that it is about, and writes
 * what is news. Returns false when Stripe does not respond.
 */
export const syncOwner = async (deps: Deps, owner: Owner, change: Change): Promise<boolean> => {
  if (owner.accountId !== undefined) return syncAccount(deps, owner.accountId, change);
  const payment = await findPayment(deps, owner);
  if (payment === null) return true;
  // Transfers are read only once one is known.
  const isAboutTransfer =
    owner.transferId !== undefined && payment.transfers?.some(({ id }) => id === owner.transferId) !== true;
  if (!isAboutTransfer && isReadSince(payment.moneyReadAt, change)) return true;
  return syncMoney(deps, { orderId: payment._id, isAboutTransfer, ...change });
};

const syncAccount = async (deps: Deps, accountId: string, change: Change): Promise<boolean> => {
  const account = await deps.payoutAccounts.findOne({ accountId }, { projection: { readAt: 1 } });
  if (account === null || isReadSince(account.readAt, change)) return true;
  return (await refreshPayoutAccount(deps, accountId, change.deadline)) !== undefined;
};

const findPayment = ({ payments }: Deps, { intentId, orderId }: Owner) => {
  if (intentId === undefined && orderId === undefined) return Promise.resolve(null);
  const filter = intentId === undefined ? { _id: orderId ?? '' } : { stripeId: intentId };
  return payments.findOne(filter, { projection: { moneyReadAt: 1, 'transfers.id': 1 } });
};

const isReadSince = (readAt: Date | undefined, { at }: Change): boolean =>
  readAt !== undefined && at !== undefined && readAt.getTime() > at.getTime() + clockSkewMs;
