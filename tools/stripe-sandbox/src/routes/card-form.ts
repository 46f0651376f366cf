import type { RequestHandler } from 'express';
import { cardFormHeaders, cardFormPage } from '../card-form/page.ts';
import { StripeError } from '../stripe-error.ts';

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(host) || host === '[::1]';

/** The origin of the page around the form, if it may embed the form. */
const allowedParent = (parent: unknown, origins: readonly string[]): string | undefined => {
  if (typeof parent !== 'string' || !URL.canParse(parent)) return undefined;
  const { origin, hostname, protocol } = new URL(parent);
  if (origin !== parent) return undefined;
  const isLocal = isLoopback(hostname) && (protocol === 'http:' || protocol === 'https:');
  return isLocal || origins.includes(origin) ? origin : undefined;
};

/** GET /elements/card?parent=…&key=…: the form, for an iframe on a page of `parent`. */
export const cardForm =
  (origins: readonly string[]): RequestHandler =>
  (req, res) => {
    const parent = allowedParent(req.query['parent'], origins);
    if (parent === undefined) {
      throw new StripeError(400, {
        message:
          "parent must be the embedding page's origin: a loopback one such as http://localhost:3000, or one of CARD_FORM_ORIGINS.",
        param: 'parent',
      });
    }
    const key = req.query['key'] ?? 'pk_test_sandbox';
    if (typeof key !== 'string' || !/^pk_test_\w*$/.test(key)) {
      throw new StripeError(400, { message: 'key must be a publishable test key (pk_test_…).', param: 'key' });
    }
    res.set(cardFormHeaders(parent)).type('html').send(cardFormPage({ parent, key }));
  };
