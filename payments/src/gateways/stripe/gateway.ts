import { serverAddress, type Logger } from '@ticketing/common/service';
import { Stripe } from 'stripe';
import type { Decline } from '../../domain/decline.ts';
import { currency } from '../../domain/payment.ts';
import type { IntentState } from '../../domain/settlement.ts';
import { createStripeCall, type Deadline } from './call.ts';
import { declineOf, isInvalidToken, isRefusal, loggable, wasSuperseded } from './errors.ts';
import { orderIdOf, toIntentState, toPaymentMethod } from './mapping.ts';

/** The PaymentIntent of an order. */
export type OrderIntent =
  | { readonly kind: 'ready'; readonly id: string }
  /** Stripe does not charge such an amount, so there is none. */
  | { readonly kind: 'refused'; readonly message: string }
  /** No response. There may be one, but no card was tried on it. */
  | { readonly kind: 'unknown' };

export type IntentSearch = Exclude<OrderIntent, { kind: 'refused' }> | { readonly kind: 'none' };

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
  /**
   * Creates the order's one PaymentIntent, or returns it by its idempotency key, which Stripe keeps for at least a day. The
   * amount, in cents, is the order's price, so every retry sends the same parameters.
   */
  createIntent(order: { readonly orderId: string; readonly amount: number }, deadline: Deadline): Promise<OrderIntent>;
  /** Tries a card, once per attempt number: a retry is the same attempt. */
  confirm(
    attempt: { readonly intentId: string; readonly orderId: string; readonly number: number; readonly token: string },
    deadline: Deadline,
  ): Promise<Confirmation>;
  /** Undefined when Stripe does not respond. */
  readIntent(id: string, deadline: Deadline): Promise<IntentState | undefined>;
  /** Searches the PaymentIntents created after `since` for the order's. */
  findIntent(
    orderId: string,
    created: { readonly from: Date; readonly to: Date },
    deadline: Deadline,
  ): Promise<IntentSearch>;
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
    ...(settings.host === undefined ? {} : serverAddress(settings.host)),
  });
  const call = createStripeCall(settings.callTimeoutMs);

  const logFailure = (error: unknown, step: string, orderId?: string): void =>
    logger.warn({ ...loggable(error), orderId, step }, 'Stripe call failed');

  const readIntent = async (id: string, deadline: Deadline): Promise<IntentState | undefined> => {
    try {
      return toIntentState(await call(deadline, (options) => stripe.paymentIntents.retrieve(id, {}, options)));
    } catch (error) {
      logFailure(error, 'read');
      return undefined;
    }
  };

  const findRefund = async (intentId: string, orderId: string, deadline: Deadline): Promise<string | undefined> => {
    const query = { payment_intent: intentId, limit: 1 };
    try {
      const refunds = await call(deadline, (options) => stripe.refunds.list(query, options));
      return refunds.data[0]?.id;
    } catch (error) {
      logFailure(error, 'refund', orderId);
      return undefined;
    }
  };

  return {
    readIntent,

    createIntent: async ({ orderId, amount }, deadline) => {
      const methods = { enabled: true, allow_redirects: 'never' } as const;
      const intent = { amount, currency, automatic_payment_methods: methods, metadata: { orderId } };
      try {
        const { id } = await call(deadline, (options) =>
          stripe.paymentIntents.create(intent, { ...options, idempotencyKey: orderId }),
        );
        return { kind: 'ready', id };
      } catch (error) {
        if (isRefusal(error, ['amount_too_small', 'amount_too_large'])) {
          return { kind: 'refused', message: 'The price of this order cannot be charged' };
        }
        logFailure(error, 'create', orderId);
        return { kind: 'unknown' };
      }
    },

    confirm: async ({ intentId, orderId, number, token }, deadline) => {
      const card = { ...toPaymentMethod(token), error_on_requires_action: true };
      try {
        const { status } = await call(deadline, (options) =>
          stripe.paymentIntents.confirm(intentId, card, { ...options, idempotencyKey: `${orderId}:${number}` }),
        );
        return { kind: status === 'succeeded' ? 'paid' : 'unknown' };
      } catch (error) {
        const decline = declineOf(error);
        if (decline !== undefined) return { kind: 'declined', decline };
        if (isInvalidToken(error)) return { kind: 'unknown-token' };
        if (wasSuperseded(error)) metrics.attemptsRefused.inc();
        // Unexpected state: another process has paid or cancelled it, as its status shows.
        if (!isRefusal(error, ['payment_intent_unexpected_state'])) logFailure(error, 'confirm', orderId);
        return { kind: 'unknown' };
      }
    },

    findIntent: async (orderId, { from: first, to: last }, deadline) => {
      const created = { gte: Math.floor(first.getTime() / 1000), lte: Math.ceil(last.getTime() / 1000) };
      const query = { created, limit: 100 };
      try {
        for (let after: string | undefined; ;) {
          const from = after === undefined ? {} : { starting_after: after };
          const page = await call(deadline, (options) => stripe.paymentIntents.list({ ...query, ...from }, options));
          const found = page.data.find((intent) => intent.metadata.orderId === orderId);
          if (found !== undefined) return { kind: 'ready', id: found.id };
          after = page.data.at(-1)?.id;
          if (!page.has_more || after === undefined) return { kind: 'none' };
        }
      } catch (error) {
        logFailure(error, 'find', orderId);
        return { kind: 'unknown' };
      }
    },

    cancelIntent: async (id, deadline) => {
      try {
        const { status } = await call(deadline, (options) => stripe.paymentIntents.cancel(id, {}, options));
        return status === 'canceled' ? 'canceled' : 'unknown';
      } catch (error) {
        if (!isRefusal(error, ['payment_intent_unexpected_state'])) {
          logFailure(error, 'cancel');
          return 'unknown';
        }
        const status = (await readIntent(id, deadline))?.status;
        if (status === 'succeeded') return 'paid';
        return status === 'canceled' ? 'canceled' : 'unknown';
      }
    },

    refund: async ({ intentId, orderId }, deadline) => {
      const payment = { payment_intent: intentId, metadata: { orderId } };
      try {
        const { id, status } = await call(deadline, (options) =>
          stripe.refunds.create(payment, { ...options, idempotencyKey: `refund:${orderId}` }),
        );
        if (status !== 'failed' && status !== 'canceled') return id;
        logger.error({ orderId, refundId: id }, 'Stripe could not refund the payment');
        return undefined;
      } catch (error) {
        // Stripe has forgotten the idempotency key, but not the refund.
        if (isRefusal(error, ['charge_already_refunded'])) return findRefund(intentId, orderId, deadline);
        logFailure(error, 'refund', orderId);
        return undefined;
      }
    },

    readWebhookEvent: (body, signature) => {
      const event = stripe.webhooks.constructEvent(body, signature, settings.webhookSecret);
      return { type: event.type, orderId: orderIdOf(event.data.object) };
    },
  };
};
