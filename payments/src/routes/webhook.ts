import { route } from '@ticketing/common/http';
import { z } from 'zod';
import { handleWebhook } from '../commands/handle-webhook.ts';
import type { Deps } from '../deps.ts';

/** Stripe signs the bytes of the body, so the app leaves it unparsed. */
export const webhookRoute = route(
  {
    name: 'handleWebhook',
    description: 'Called by Stripe, with the bytes that it signed.',
    caller: 'stripe',
    body: z.object({}).meta({ description: "One of Stripe's events" }),
    response: { description: 'Accepted', body: z.object({ received: z.literal(true) }) },
  },
  (deps: Deps) => async (req, res) => {
    await handleWebhook(deps, { body: req.body, signature: req.get('stripe-signature'), trace: req.trace });
    res.send({ received: true });
  },
);
