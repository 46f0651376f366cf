import { ServiceUnavailableError } from '@ticketing/common/errors';
import type { Deps } from '../../deps.ts';
import type { Deadline } from '../../gateways/stripe/call.ts';
import type { PayoutAccount } from '../../models/payout-account.ts';

/**
 * Returns the address of Stripe's page on which the user sets up the account that is paid to. The first request creates the
 * account at Stripe, which several at once do once only; a request after it was removed at Stripe creates another.
 * @throws ServiceUnavailableError when Stripe does not respond; a retry is safe.
 */
export const beginOnboarding = async (deps: Deps, userId: string): Promise<string> => {
  const deadline = performance.now() + deps.timeoutMs.buyer;
  const account = await deps.payoutAccounts.findOne({ _id: userId });
  const accountId = account?.accountId ?? (await createAccount(deps, userId, { deadline, account }));
  const link = await deps.accounts.createOnboardingLink(accountId, deadline);
  if (link === 'gone') await forget(deps, userId, accountId);
  if (link === undefined || link === 'gone') throw new ServiceUnavailableError();
  return link.url;
};

/** Of two accounts, which Stripe makes only when it has forgotten the key of a process that died, the one stored first counts. */
const createAccount = async (
  deps: Deps,
  userId: string,
  { account, deadline }: { readonly account: PayoutAccount | null; readonly deadline: Deadline },
): Promise<string> => {
  const number = 1 + (account?.goneAccounts ?? 0);
  const created = await deps.accounts.createAccount({ id: userId, number }, deadline);
  if (created === undefined) throw new ServiceUnavailableError();
  const stored = await deps.payoutAccounts.findOneAndUpdate(
    { _id: userId },
    [
      {
        $set: {
          accountId: { $ifNull: ['$accountId', { $literal: created }] },
          status: { $ifNull: ['$status', 'pending'] },
        },
      },
    ],
    { upsert: true, returnDocument: 'after' },
  );
  return stored?.accountId ?? created;
};

/** The next request creates another account, under another number: Stripe repeats the response to the first. */
const forget = async ({ payoutAccounts }: Deps, userId: string, accountId: string): Promise<void> => {
  await payoutAccounts.updateOne(
    { _id: userId, accountId },
    { $unset: { accountId: true, status: true, readAt: true }, $inc: { goneAccounts: 1 } },
  );
};
