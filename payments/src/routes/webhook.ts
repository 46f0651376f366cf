import { BadRequestError } from '@ticketing/common/errors';
import type { RequestHandler } from 'express';
import type { Deps } from '../commands/deps.ts';
import { takeNotice } from '../commands/take-notice.ts';
import type { Notice } from '../gateways/stripe.ts';

/** Stripe signs the bytes of the body, so it must arrive as they are. */
export const webhookRoute =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    await takeNotice(deps, readNotice(deps, req.body, req.get('stripe-signature')), req.trace);
    res.send({ received: true });
  };

const readNotice = (deps: Deps, body: unknown, signature: string | undefined): Notice => {
  if (!Buffer.isBuffer(body) || signature === undefined) throw new BadRequestError('Bad signature');
  try {
    return deps.gateway.readNotice(body, signature);
  } catch {
    throw new BadRequestError('Bad signature');
  }
};
