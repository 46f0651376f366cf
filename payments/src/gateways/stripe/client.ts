import { serverAddress, type Logger } from '@ticketing/common/service';
import { Stripe } from 'stripe';
import { createStripeCall } from './call.ts';
import { loggable } from './errors.ts';

/** Stripe's API, with what every call of it needs. */
export type StripeClient = ReturnType<typeof openStripe>;

export const openStripe = (
  settings: {
    readonly key: string;
    /** Address of the API, if not Stripe's own. */
    readonly host: string | undefined;
    /** Limit of one request, after which it is retried. */
    readonly callTimeoutMs: number;
  },
  logger: Logger,
  metrics: { readonly stripeKeyRefused: { inc(): void } },
) => ({
  stripe: new Stripe(settings.key, {
    apiVersion: '2026-10-28.endive',
    maxNetworkRetries: 0,
    timeout: settings.callTimeoutMs,
    telemetry: false,
    ...(settings.host === undefined ? {} : serverAddress(settings.host)),
  }),
  call: createStripeCall(settings.callTimeoutMs, () => metrics.stripeKeyRefused.inc()),
  logFailure: (error: unknown, step: string, about: Readonly<Record<string, string>> = {}): void =>
    logger.warn({ ...loggable(error), ...about, step }, 'Stripe call failed'),
});
