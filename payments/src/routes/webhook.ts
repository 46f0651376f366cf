import type { RequestHandler } from 'express';
import { handleWebhook } from '../commands/handle-webhook.ts';
import type { Deps } from '../deps.ts';

/** Stripe signs the bytes of the body, so the app leaves it unparsed. */
export const webhookRoute =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    await handleWebhook(deps, { body: req.body, signature: req.get('stripe-signature'), trace: req.trace });
    res.send({ received: true });
  };
