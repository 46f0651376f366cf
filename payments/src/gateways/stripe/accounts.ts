import type { PayoutStatus } from '../../domain/payout-account.ts';
import type { Deadline } from './call.ts';
import type { StripeClient } from './client.ts';
import { isAccountGone } from './errors.ts';

/** Connected accounts of sellers at Stripe. No method throws; each returns undefined when Stripe's response is not known. */
export interface AccountGateway {
  /** Creates the seller's account, once however often it is called within a day, and returns its id. */
  createAccount(userId: string, deadline: Deadline): Promise<string | undefined>;
  /** The address of Stripe's onboarding page, which can be opened once, for some minutes. */
  createOnboardingLink(accountId: string, deadline: Deadline): Promise<string | undefined>;
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
    createAccount: (userId, deadline) =>
      attempt('create account', { userId }, async () => {
        const account = { type: 'express' as const, capabilities: { transfers: { requested: true } } };
        const { id } = await call(deadline, (options) =>
          stripe.accounts.create(
            { ...account, metadata: { userId } },
            { ...options, idempotencyKey: `account:${userId}` },
          ),
        );
        return id;
      }),

    createOnboardingLink: (accountId, deadline) =>
      attempt('create onboarding link', { accountId }, async () => {
        const link = { account: accountId, type: 'account_onboarding' as const };
        const urls = { return_url: returnUrl, refresh_url: returnUrl };
        return (await call(deadline, (options) => stripe.accountLinks.create({ ...link, ...urls }, options))).url;
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
