import { newTrace, type Trace, type UserState } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { unpaidStatuses } from '../domain/order-status.ts';
import { endUnpaidOrders } from './end-unpaid-orders.ts';

const pageSize = 200;

/** Ends the unpaid orders of a closed account. One whose payment is not known here yet completes all the same. */
export const endOrdersOfClosedAccount =
  (deps: Deps) =>
  async ({ state, trace }: Received<Pick<UserState, 'id' | 'closedAt'>>): Promise<void> => {
    await deps.closedAccounts.add(state);
    await endOrdersOf(deps, { userIds: [state.id], trace });
  };

/** Ends the unpaid orders of a suspended account, as of a closed one. */
export const endOrdersOfSuspendedAccount =
  (deps: Deps) =>
  async ({ state, trace }: Received<Pick<UserState, 'id' | 'suspendedAt' | 'reinstatedAt'>>): Promise<void> => {
    if (await deps.closedAccounts.addSuspension(state)) await endOrdersOf(deps, { userIds: [state.id], trace });
  };

/** Ends orders that a request made while its account was closed and whose process died before it saw that. */
export const endLateOrders = async (deps: Deps): Promise<void> =>
  endOrdersOf(deps, {
    userIds: await deps.closedAccounts.recent(),
    trace: newTrace(deps, 'closed-accounts'),
  });

export const unpaidOrdersOf = (userIds: readonly string[]) => ({
  userId: { $in: [...userIds] },
  status: { $in: [...unpaidStatuses] },
  // Every unpaid order has one, and the index holds only those.
  slot: { $exists: true },
  closing: { $exists: false },
});

export const endOrdersOf = async (
  deps: Deps,
  { userIds, trace }: { readonly userIds: readonly string[]; readonly trace: Trace },
): Promise<void> => {
  if (userIds.length === 0) return;
  for (;;) {
    const page = await deps.orders.find(unpaidOrdersOf(userIds), { projection: { _id: 1 }, limit: pageSize }).toArray();
    const orders = page.map(({ _id }) => ({ orderId: _id, trace }));
    await endUnpaidOrders(deps, orders, { reason: 'account_closed' });
    if (page.length < pageSize) return;
  }
};
