import type { Logger } from '@ticketing/common/service';
import { Stripe } from 'stripe';
import type { Decline } from '../../domain/decline.ts';
import { currency } from '../../domain/payment.ts';
import type { IntentState } from '../../domain/settlement.ts';
import { createStripeCall, type Deadline } from './call.ts';
import { declineOf, isInvalidToken, isRefusal, loggable, wasSuperseded } from './errors.ts';
import { connectionTo, orderIdOf, toIntentState, toPaymentMethod } from './mapping.ts';

export type { Deadline } from './call.ts';

/** What is charged for an order. Its PaymentIntent depends on nothing else, so every retry sends the same parameters. */
export interface OrderAmount {
  readonly orderId: string;
  /** Cents. */
  readonly amount: number;
}

export type IntentCreation =
  | { readonly kind: 'made'; readonly id: string }
  /** Stripe does not charge such an amount. */
  | { readonly kind: 'refused'; readonly message: string }
  /** No response. There may be a PaymentIntent, but no card was tried on it. */
  | { readonly kind: 'unknown' };

export type IntentSearch =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'none' }
  /** No response. */
  | { readonly kind: 'unknown' };

export type Confirmation =
  | { readonly kind: 'paid' }
  | { readonly kind: 'declined'; readonly decline: Decline }
  /** Stripe does not know the token, or it was used before. No card was tried. */
  | { readonly kind: 'unknown-token' }
  /** No response, or an inconclusive one: the PaymentIntent has to be read. */
  | { readonly kind: 'unknown' };

export type Cancellation = 'canceled' | 'paid' | 'unknown';

/** A verified webhook event: only a reason to read the PaymentIntent, whose state is what gets written. */
export interface WebhookEvent {
  readonly type: string;
  readonly orderId: string | undefined;
}

/** Stripe, as far as this service needs it. Only `readWebhookEvent` throws; the other methods return every failure. */
export interface PaymentGateway {
  /** Creates the order's one PaymentIntent, or returns it by its idempotency key, which Stripe keeps for at least a day. */
  createIntent(order: OrderAmount, deadline: Deadline): Promise<IntentCreation>;
  /** Tries a card, once per attempt number: a retry is the same attempt. */
  confirm(
    attempt: { readonly intentId: string; readonly orderId: string; readonly number: number; readonly token: string },
    deadline: Deadline,
  ): Promise<Confirmation>;
  /** Undefined when Stripe does not respond. */
  readIntent(id: string, deadline: Deadline): Promise<IntentState | undefined>;
  /** Searches the PaymentIntents created after `since` for the order's. */
  findIntent(orderId: string, since: Date, deadline: Deadline): Promise<IntentSearch>;
  /** After `canceled`, no process can charge a card on the PaymentIntent any more. */
  cancelIntent(id: string, deadline: Deadline): Promise<Cancellation>;
  /** Refunds the whole payment, once however often it is called, and returns the refund's id; undefined while uncertain. */
  refund(
    order: { readonly intentId: string; readonly orderId: string },
    deadline: Deadline,
  ): Promise<string | undefined>;
  /** @throws when the signature is not Stripe's. */
  readWebhookEvent(body: Buffer, signature: string): WebhookEvent;
}

export interface StripeSettings {
  readonly key: string;
  readonly webhookSecret: string;
  /** Address of the API, if not Stripe's own. */
  readonly host: string | undefined;
  /** Limit of one request, after which it is retried. */
  readonly callTimeoutMs: number;
}

export const createStripeGateway = (
  settings: StripeSettings,
  logger: Logger,
  metrics: { readonly attemptsRefused: { inc(): void } },
): PaymentGateway => {
  const stripe = new Stripe(settings.key, {
    apiVersion: '2026-10-28.endive',
    maxNetworkRetries: 0,
    timeout: settings.callTimeoutMs,
    telemetry: false,
    ...connectionTo(settings.host),
  });
  const call = createStripeCall(settings.callTimeoutMs);

  const logFailure = (error: unknown, orderId: string | undefined, step: string): void =>
    logger.warn({ ...loggable(error), orderId, step }, 'Stripe call failed');

  const readIntent = async (id: string, deadline: Deadline): Promise<IntentState | undefined> => {
    try {
      return toIntentState(await call(deadline, (options) => stripe.paymentIntents.retrieve(id, {}, options)));
    } catch (error) {
      logFailure(error, undefined, 'read');
      return undefined;
    }
  };

  return {
    readIntent,

    createIntent: async ({ orderId, amount }, deadline) => {
      try {
        const intent = await call(deadline, (options) =>
          stripe.paymentIntents.create(
            {
              amount,
              currency,
              automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
              metadata: { orderId },
            },
            { ...options, idempotencyKey: orderId },
          ),
        );
        return { kind: 'made', id: intent.id };
      } catch (error) {
        if (isRefusal(error, ['amount_too_small', 'amount_too_large'])) {
          return { kind: 'refused', message: 'The price of this order cannot be charged' };
        }
        logFailure(error, orderId, 'create');
        return { kind: 'unknown' };
      }
    },

    confirm: async ({ intentId, orderId, number, token }, deadline) => {
      try {
        const intent = await call(deadline, (options) =>
          stripe.paymentIntents.confirm(
            intentId,
            { ...toPaymentMethod(token), error_on_requires_action: true },
            { ...options, idempotencyKey: `${orderId}:${number}` },
          ),
        );
        return { kind: intent.status === 'succeeded' ? 'paid' : 'unknown' };
      } catch (error) {
        const decline = declineOf(error);
        if (decline !== undefined) return { kind: 'declined', decline };
        if (isInvalidToken(error)) return { kind: 'unknown-token' };
        if (wasSuperseded(error)) metrics.attemptsRefused.inc();
        // In an unexpected state it was paid or cancelled by another process: its state tells which.
        if (!isRefusal(error, ['payment_intent_unexpected_state'])) logFailure(error, orderId, 'confirm');
        return { kind: 'unknown' };
      }
    },

    findIntent: async (orderId, since, deadline) => {
      try {
        const created = { gte: Math.floor(since.getTime() / 1000) };
        for (let after: string | undefined; ;) {
          const page = await call(deadline, (options) =>
            stripe.paymentIntents.list(
              { created, limit: 100, ...(after === undefined ? {} : { starting_after: after }) },
              options,
            ),
          );
          const found = page.data.find((intent) => intent.metadata.orderId === orderId);
          if (found !== undefined) return { kind: 'found', id: found.id };
          after = page.data.at(-1)?.id;
          if (!page.has_more || after === undefined) return { kind: 'none' };
        }
      } catch (error) {
        logFailure(error, orderId, 'find');
        return { kind: 'unknown' };
      }
    },

    cancelIntent: async (id, deadline) => {
      try {
        const intent = await call(deadline, (options) => stripe.paymentIntents.cancel(id, {}, options));
        return intent.status === 'canceled' ? 'canceled' : 'unknown';
      } catch (error) {
        if (!isRefusal(error, ['payment_intent_unexpected_state'])) {
          logFailure(error, undefined, 'cancel');
          return 'unknown';
        }
        const status = (await readIntent(id, deadline))?.status;
        if (status === 'succeeded') return 'paid';
        return status === 'canceled' ? 'canceled' : 'unknown';
      }
    },

    refund: async ({ intentId, orderId }, deadline) => {
      try {
        const refund = await call(deadline, (options) =>
          stripe.refunds.create(
            { payment_intent: intentId, metadata: { orderId } },
            { ...options, idempotencyKey: `refund:${orderId}` },
          ),
        );
        if (refund.status === 'failed' || refund.status === 'canceled') {
          logger.error({ orderId, refundId: refund.id }, 'Stripe could not refund the payment');
          return undefined;
        }
        return refund.id;
      } catch (error) {
        if (!isRefusal(error, ['charge_already_refunded'])) {
          logFailure(error, orderId, 'refund');
          return undefined;
        }
        // Stripe has forgotten the idempotency key, but not the refund.
        try {
          const refunds = await call(deadline, (options) =>
            stripe.refunds.list({ payment_intent: intentId, limit: 1 }, options),
          );
          return refunds.data[0]?.id;
        } catch (listError) {
          logFailure(listError, orderId, 'refund');
          return undefined;
        }
      }
    },

    readWebhookEvent: (body, signature) => {
      const event = stripe.webhooks.constructEvent(body, signature, settings.webhookSecret);
      return { type: event.type, orderId: orderIdOf(event.data.object) };
    },
  };
};
