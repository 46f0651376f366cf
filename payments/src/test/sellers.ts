import { orderUpdated, userUpdated, type OrderState } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import type { Stripe } from 'stripe';
import type { PayoutAccount } from '../models/payout-account.ts';
import type { PaymentsUnderTest } from './harness.ts';
import { webhookSecret } from './sandbox.ts';

const isUrl = (body: unknown): body is { readonly url: string } =>
  typeof body === 'object' && body !== null && 'url' in body && typeof body.url === 'string';

const delivered = (at: Date): OrderState['delivery'] => ({ status: 'delivered', deliveredAt: at.toISOString() });

/** Sellers, their accounts at the sandbox, and what they have sold. */
export const createSellers = (payments: PaymentsUnderTest) => {
  const { system, sandbox } = payments;
  const stored = (userId: string) => system.collection<PayoutAccount>('payout-accounts').findOne({ _id: userId });

  const accountOf = async (userId: string): Promise<string> => {
    const accountId = (await stored(userId))?.accountId;
    if (accountId === undefined) throw new Error(`the user ${userId} has no account`);
    return accountId;
  };

  /** A webhook, as Stripe signs it. */
  const reported = async (type: string, object: object) => {
    const payload = JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object } });
    const signature = sandbox.stripe.webhooks.generateTestHeaderString({ payload, secret: webhookSecret });
    return payments.request('POST', '/api/payments/webhook', {
      body: payload,
      headers: { 'Content-Type': 'application/json', 'Stripe-Signature': signature },
    });
  };

  const accountUpdated = (accountId: string) => reported('account.updated', { id: accountId, object: 'account' });

  const onboardSilently = async (userId: string): Promise<string> => {
    const { body } = await payments.call(userId, 'POST', '/api/payments/payout-account', { body: {} });
    if (!isUrl(body)) throw new Error(`no onboarding: ${JSON.stringify(body)}`);
    await fetch(body.url, { method: 'POST', body: new URLSearchParams({ outcome: 'complete' }), redirect: 'manual' });
    return accountOf(userId);
  };

  const onboard = async (userId: string): Promise<string> => {
    const accountId = await onboardSilently(userId);
    await accountUpdated(accountId);
    return accountId;
  };

  const verify = async (userId: string): Promise<void> => {
    await system.publish(userUpdated, { id: userId, version: 1, email: `${userId}@example.com`, emailVerified: true });
    await system.eventually(async () => {
      if ((await stored(userId))?.user?.emailVerified !== true) throw new Error('not copied yet');
    });
  };

  const control = async (accountId: string, change: object): Promise<void> => {
    const body = JSON.stringify(change);
    await fetch(`${sandbox.url}/sandbox/accounts/${accountId}`, { method: 'POST', body });
  };

  const paid = async (sellerId: string, startsAt?: Date): Promise<OrderState> => {
    const dated = startsAt === undefined ? {} : { startsAt: startsAt.toISOString() };
    const ticket = { id: newId(), title: 'Final', price: 1999, version: 0, revision: 0, ...dated };
    const order = await payments.payable({ sellerId, ticket });
    const { status } = await payments.pay(order.id);
    if (status !== 201) throw new Error(`not paid: ${status}`);
    return order;
  };

  /** Publishes a state of the complete order, two versions after the one that was payable by default; waits for the copy. */
  const completed = async (order: OrderState, state: Partial<OrderState>): Promise<void> => {
    const complete = { ...order, status: 'complete' as const, version: order.version + 2, ...state };
    await system.publish(orderUpdated, complete);
    await system.eventually(async () => {
      const copy = (await payments.stored(order.id))?.order;
      if (copy === undefined || copy.version < complete.version) throw new Error('not copied yet');
    });
  };

  return {
    stored,
    accountOf,
    accountUpdated,
    reported,
    onboard,
    /** Without the webhook. */
    onboardSilently,
    verify,
    /** A seller with a verified e-mail and an account that is ready. */
    ready: async (): Promise<string> => {
      const userId = newId();
      await verify(userId);
      await onboard(userId);
      return userId;
    },
    restrict: (accountId: string, restricted: boolean) => control(accountId, { restricted }),
    /** The account's balance is paid out, so that Stripe can take nothing back, or it has one again. */
    empty: (accountId: string, empty: boolean) => control(accountId, { empty }),
    completed,
    /**
     * A paid and delivered order of 19.99, whose event begins after so many milliseconds; by default it has begun. Orders has
     * agreed to the release of its proceeds.
     */
    sale: async (sellerId: string, startsInMs = -1): Promise<string> => {
      const now = system.clock.now();
      const order = await paid(sellerId, new Date(now.getTime() + startsInMs));
      await completed(order, { delivery: delivered(now), releaseAgreedAt: now.toISOString() });
      return order.id;
    },
    /** A paid order of 19.99, of which orders has told no more. */
    paid,
    delivered,
    transfers: async (orderId: string): Promise<Stripe.Transfer[]> =>
      (await sandbox.stripe.transfers.list({ transfer_group: orderId, limit: 100 })).data,
  };
};
