import type { RequestHandler } from 'express';
import type { ApiKit } from './api-kit.ts';
import { reply } from './reply.ts';

const account = JSON.stringify({
  id: 'acct_sandbox',
  object: 'account',
  business_profile: { name: 'Local Stripe sandbox' },
  capabilities: { card_payments: 'active' },
  charges_enabled: true,
  country: 'US',
  default_currency: 'usd',
  details_submitted: true,
  email: null,
  metadata: {},
  payouts_enabled: false,
  type: 'standard',
});

/** GET /v1/account: lets a client distinguish the sandbox from Stripe. */
export const getAccount =
  (kit: ApiKit): RequestHandler =>
  (_req, res) =>
    reply(res, 200, account, { 'Request-Id': kit.context.newId('req') });
