import { z } from 'zod';
import type { Account } from '../domain/connect-records.ts';
import { withRecords } from '../domain/records.ts';
import { checkExpand, render } from '../objects/render.ts';
import { expand, flag, mergedMetadata, metadata, name, text } from '../params.ts';
import { notFound } from '../stripe-error.ts';
import type { Change, Context } from './change.ts';

const requested = z.strictObject({ requested: flag });

export const createAccountParams = z.strictObject({
  business_profile: z.record(z.string(), z.string()).optional(),
  business_type: z.enum(['individual', 'company']).optional(),
  capabilities: z.strictObject({ transfers: requested.optional(), card_payments: requested.optional() }).optional(),
  country: name.optional(),
  email: text.optional(),
  expand,
  metadata: metadata.optional(),
  type: z.literal('express', { error: 'The sandbox has express accounts only.' }),
});

export const updateAccountParams = z.strictObject({ email: text.optional(), expand, metadata: metadata.optional() });

/** POST /v1/accounts */
export const createAccount = (context: Context, params: z.infer<typeof createAccountParams>): Change => {
  checkExpand('account', params.expand);
  const account: Account = {
    object: 'account',
    id: context.newId('acct'),
    created: context.now(),
    country: params.country ?? 'US',
    email: params.email ?? null,
    metadata: mergedMetadata({}, params.metadata),
    detailsSubmitted: false,
    isRestricted: false,
    isEmpty: false,
  };
  return {
    records: [account],
    events: [],
    status: 200,
    body: render(context.lookup, account, params.expand),
    chargesCard: false,
  };
};

/** The change of an account, for a request or one of the sandbox's own pages and controls. */
export const changeAccount = (context: Context, account: Account): Change => {
  const records = [account];
  return {
    records,
    events: [{ type: 'account.updated', record: account }],
    status: 200,
    body: render(withRecords(context.lookup, records), account),
    chargesCard: false,
  };
};

/** POST /v1/accounts/:id */
export const updateAccount = (context: Context, params: z.infer<typeof updateAccountParams>, id: string): Change => {
  checkExpand('account', params.expand);
  const account = context.lookup.account(id);
  if (account === undefined) throw notFound('account', id, 'account');
  return changeAccount(context, {
    ...account,
    email: params.email === undefined ? account.email : params.email,
    metadata: mergedMetadata(account.metadata, params.metadata),
  });
};
