import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { finishAuthentication } from '../commands/finish-authentication.ts';
import { moneyText } from '../domain/amounts.ts';
import { awaitsAuthentication } from '../domain/payment-intent.ts';
import type { PaymentIntent } from '../domain/records.ts';
import { cardOfName, last4 } from '../domain/test-cards.ts';
import { page, pageHeaders } from '../pages/page.ts';
import { parseParams } from '../params.ts';
import { notFound } from '../stripe-error.ts';
import type { ApiKit } from './api-kit.ts';
import { storeChange } from './store-change.ts';

const pathParams = z.object({ intent: z.string(), authentication: z.string() });

const decision = z.strictObject({ outcome: z.enum(['complete', 'fail']) });

const intentOf = (kit: ApiKit, id: string): PaymentIntent => {
  const intent = kit.store.paymentIntent(id);
  if (intent === undefined) throw notFound('payment_intent', id, 'intent');
  return intent;
};

/** The `return_url` with what Stripe adds to it. */
const wayBack = (intent: PaymentIntent, returnUrl: string): string => {
  const url = new URL(returnUrl);
  url.searchParams.set('payment_intent', intent.id);
  url.searchParams.set('payment_intent_client_secret', intent.clientSecret);
  url.searchParams.set('redirect_status', intent.status === 'succeeded' ? 'succeeded' : 'failed');
  return url.href;
};

const send = (res: Response, status: number, returnUrl: string | null, html: string): void => {
  res
    .status(status)
    .set(pageHeaders(returnUrl === null ? [] : [returnUrl]))
    .type('html')
    .send(html);
};

/** Says that the page decides nothing any more. */
const sendOver = (res: Response, intent: PaymentIntent, authenticationId: string): void => {
  const isCurrent = intent.authentication?.id === authenticationId;
  const returnUrl = intent.authentication?.returnUrl ?? null;
  const html = page({
    title: 'This confirmation is over',
    text:
      isCurrent && intent.authentication?.outcome === 'authenticated'
        ? 'You have already confirmed this payment.'
        : 'The payment was cancelled, failed, or is made in another way. Nothing was changed.',
    asks: false,
    link: returnUrl === null ? undefined : { href: returnUrl, text: 'Back to the shop' },
  });
  send(res, 410, returnUrl, html);
};

/** GET /bank/:intent/:authentication: stands in for the page on which a bank authenticates its cardholder. */
export const getBankPage =
  (kit: ApiKit): RequestHandler =>
  (req, res) => {
    const path = pathParams.parse(req.params);
    const intent = intentOf(kit, path.intent);
    if (!awaitsAuthentication(intent, path.authentication)) return sendOver(res, intent, path.authentication);
    const method = intent.paymentMethod === null ? undefined : kit.store.paymentMethod(intent.paymentMethod);
    const html = page({
      title: 'Confirm your payment',
      text: "This page stands in for your bank's. No money moves.",
      details: {
        Amount: moneyText(intent.amount, intent.currency),
        ...(method === undefined ? {} : { Card: `•••• ${last4(cardOfName(method.card))}` }),
      },
      asks: true,
    });
    return send(res, 200, intent.authentication?.returnUrl ?? null, html);
  };

/**
 * POST /bank/:intent/:authentication: decides once and leads back. A repeated submission leads back as well, with the
 * outcome of the first one.
 */
export const postBankPage =
  (kit: ApiKit): RequestHandler =>
  (req: Request, res) => {
    const path = pathParams.parse(req.params);
    const body: unknown = req.body;
    const { outcome } = parseParams(decision, body ?? {});
    const before = intentOf(kit, path.intent);
    const change = finishAuthentication(kit.context, before, {
      authenticationId: path.authentication,
      isComplete: outcome === 'complete',
    });
    if (change !== undefined) storeChange(kit, change, { id: null, idempotencyKey: null });
    const intent = intentOf(kit, path.intent);
    const { authentication } = intent;
    if (authentication?.id !== path.authentication || authentication.outcome === 'pending') {
      return sendOver(res, intent, path.authentication);
    }
    if (authentication.returnUrl !== null) return res.redirect(303, wayBack(intent, authentication.returnUrl));
    const isPaid = intent.status === 'succeeded';
    const html = page({
      title: isPaid ? 'Payment confirmed' : 'Payment not confirmed',
      text: 'You can close this page.',
      asks: false,
    });
    return send(res, 200, null, html);
  };
