import { z } from 'zod';
import type { AccountLink } from '../domain/connect-records.ts';
import { render } from '../objects/render.ts';
import { expand, name, returnUrl } from '../params.ts';
import { noSuch } from '../stripe-error.ts';
import type { Change, Context } from './change.ts';

const lifetimeSeconds = 300;

export const createAccountLinkParams = z.strictObject({
  account: name,
  expand,
  refresh_url: returnUrl,
  return_url: returnUrl,
  type: z.literal('account_onboarding', { error: 'The sandbox has links of the type account_onboarding only.' }),
});

/** POST /v1/account_links: a page for onboarding, which can be used once, within five minutes. */
export const createAccountLink = (context: Context, params: z.infer<typeof createAccountLinkParams>): Change => {
  if (context.lookup.account(params.account) === undefined) throw noSuch('account', params.account, 'account');
  const link: AccountLink = {
    object: 'account_link',
    id: context.newId('link'),
    created: context.now(),
    expiresAt: context.now() + lifetimeSeconds,
    account: params.account,
    refreshUrl: params.refresh_url,
    returnUrl: params.return_url,
    isUsed: false,
  };
  return { records: [link], events: [], status: 200, body: render(context.lookup, link), chargesCard: false };
};
