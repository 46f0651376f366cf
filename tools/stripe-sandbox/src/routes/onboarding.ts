import type { RequestHandler } from 'express';
import { z } from 'zod';
import { changeAccount } from '../commands/create-account.ts';
import { page, pageHeaders } from '../pages/page.ts';
import { parseParams } from '../params.ts';
import { notFound } from '../stripe-error.ts';
import type { ApiKit } from './api-kit.ts';
import { reply } from './reply.ts';
import { storeChange } from './store-change.ts';

const ownRequest = { id: null, idempotencyKey: null };

const decision = z.strictObject({ outcome: z.enum(['complete', 'fail']) });

const linkOf = (kit: ApiKit, id: unknown) => {
  const link = typeof id === 'string' ? kit.store.accountLink(id) : undefined;
  const account = link === undefined ? undefined : kit.store.account(link.account);
  if (link === undefined || account === undefined) throw notFound('account_link', String(id), 'link');
  return { link, account, isOver: link.isUsed || link.expiresAt <= kit.context.now() };
};

/** GET /onboarding/:link: stands in for Stripe's onboarding. A link that is over leads to its `refresh_url`. */
export const getOnboarding =
  (kit: ApiKit): RequestHandler =>
  (req, res) => {
    const { link, account, isOver } = linkOf(kit, req.params['link']);
    if (isOver) return res.redirect(303, link.refreshUrl);
    const html = page({
      title: 'Get paid',
      text: "This page stands in for Stripe's onboarding. Complete it to receive payouts.",
      details: { Account: account.email ?? account.id },
      asks: true,
    });
    return res
      .set(pageHeaders([link.returnUrl, link.refreshUrl]))
      .type('html')
      .send(html);
  };

/** POST /onboarding/:link: decides once; a repeated submission leads back as well. */
export const postOnboarding =
  (kit: ApiKit): RequestHandler =>
  (req, res) => {
    const body: unknown = req.body;
    const { outcome } = parseParams(decision, body ?? {});
    const { link, account, isOver } = linkOf(kit, req.params['link']);
    if (link.isUsed) return res.redirect(303, link.returnUrl);
    if (isOver) return res.redirect(303, link.refreshUrl);
    const used = { ...link, isUsed: true };
    const change = changeAccount(kit.context, { ...account, detailsSubmitted: true, isRestricted: false });
    storeChange(
      kit,
      outcome === 'complete'
        ? { ...change, records: [used, ...change.records] }
        : { ...change, records: [used], events: [] },
      ownRequest,
    );
    return res.redirect(303, link.returnUrl);
  };

const control = z.strictObject({ restricted: z.boolean().optional(), empty: z.boolean().optional() });

/** POST /sandbox/accounts/:id: Stripe restricts the account, or its balance is paid out; or that is over. */
export const postSandboxAccount =
  (kit: ApiKit): RequestHandler =>
  (req, res) => {
    const body: unknown = req.body;
    const { restricted, empty } = parseParams(control, body);
    const { id } = req.params;
    const account = typeof id === 'string' ? kit.store.account(id) : undefined;
    if (account === undefined) throw notFound('account', String(id), 'account');
    const change = changeAccount(kit.context, {
      ...account,
      isRestricted: restricted ?? account.isRestricted,
      isEmpty: empty ?? account.isEmpty,
    });
    // Stripe reports no balances.
    storeChange(kit, restricted === undefined ? { ...change, events: [] } : change, ownRequest);
    reply(res, 200, JSON.stringify(change.body));
  };
