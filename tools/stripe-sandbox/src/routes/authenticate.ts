import type { Request, RequestHandler } from 'express';
import { StripeError } from '../stripe-error.ts';

const givenKey = (req: Request): string | undefined => {
  const [scheme = '', value = ''] = (req.get('authorization') ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  return Buffer.from(value, 'base64').toString().split(':')[0];
};

const masked = (key: string): string => (key.length > 12 ? `${key.slice(0, 8)}***${key.slice(-4)}` : '***');

/** Routes that accept a publishable key. */
const isForBrowsers = (req: Request): boolean => req.method === 'POST' && req.path === '/payment_methods';

/**
 * Checks the API key, as Stripe does. Without a configured key none is needed, so that any test can read what is stored.
 * @throws StripeError 401
 */
export const authenticate =
  (secretKey: string | undefined): RequestHandler =>
  (req, _res, next) => {
    const key = givenKey(req);
    if (key?.startsWith('pk_') === true) {
      if (isForBrowsers(req)) return next();
      throw new StripeError(401, {
        code: 'secret_key_required',
        message: 'This API call cannot be made with a publishable API key. Please use a secret API key.',
      });
    }
    if (secretKey === undefined || key === secretKey) return next();
    if (key === undefined || key === '') {
      throw new StripeError(401, {
        message:
          "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
      });
    }
    throw new StripeError(401, { message: `Invalid API Key provided: ${masked(key)}` });
  };
