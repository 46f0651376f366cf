import type { PayoutStatus } from '../../domain/payout-account.ts';
import type { Deadline } from './call.ts';
import type { StripeClient } from './client.ts';
import { isAccountGone } from './errors.ts';

/** Connected accounts of sellers at Stripe. No method throws; each returns undefined when Stripe's response is not known. */
export interface AccountGateway {
  /** Creates the seller's account and returns its id; within a day once for each number, however often it is called. */
  createAccount(
    user: { readonly id: string; readonly number: number },
    deadline: Deadline,
  ): Promise<string | undefined>;
  /**
   * The address of Stripe's onboarding page, which can be opened once, for some minutes; `gone` when the account does not exist
   * any more.
   */
  createOnboardingLink(accountId: string, deadline: Deadline): Promise<{ readonly url: string } | 'gone' | undefined>;
  readAccount(accountId: string, deadline: Deadline): Promise<PayoutStatus | undefined>;
}

export const createAccountGateway = (
  { stripe, call, logFailure }: StripeClient,
  /** Where Stripe sends the seller back to. */
  returnUrl: string,
): AccountGateway => {
  const attempt = async <T>(step: string, about: Readonly<Record<string, string>>, perform: () => Promise<T>) => {
    try {
      return await perform();
    } catch (error) {
      logFailure(error, step, about);
      return undefined;
    }
  };
  return {
    createAccount: ({ id: userId, number }, deadline) =>
      attempt('create account', { userId }, async () => {
        const account = { type: 'express' as const, capabilities: { transfers: { requested: true } } };
        const { id } = await call(deadline, (options) =>
          stripe.accounts.create(
            { ...account, metadata: { userId } },
            { ...options, idempotencyKey: number === 1 ? `account:${userId}` : `account:${userId}:${number}` },
          ),
        );
        return id;
      }),

    createOnboardingLink: (accountId, deadline) =>
      attempt('create onboarding link', { accountId }, async () => {
        const link = { account: accountId, type: 'account_onboarding' as const };
        const urls = { return_url: returnUrl, refresh_url: returnUrl };
        try {
          return await call(deadline, (options) => stripe.accountLinks.create({ ...link, ...urls }, options));
        } catch (error) {
          if (isAccountGone(error)) return 'gone';
          throw error;
        }
      }),

    readAccount: (accountId, deadline) =>
      attempt('read account', { accountId }, async () => {
        try {
          const account = await call(deadline, (options) => stripe.accounts.retrieve(accountId, {}, options));
          // An account that cannot pay out would keep the money from its seller, so it counts as one that accepts no transfers.
          return account.capabilities?.transfers === 'active' && account.payouts_enabled ? 'ready' : 'pending';
        } catch (error) {
          if (isAccountGone(error)) return 'pending';
          throw error;
        }
      }),
  };
};
