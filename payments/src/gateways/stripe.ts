import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@ticketing/common/service';
import { Stripe } from 'stripe';
import type { Decline } from '../domain/decline.ts';
import { currency } from '../domain/payment.ts';
import type { IntentState } from '../domain/settlement.ts';
import {
  buyersMessage,
  declineOf,
  facts,
  isAboutToken,
  isRefusal,
  isServerError,
  isTaken,
  isWorthRepeating,
  NoAnswerError,
} from './stripe-errors.ts';

const firstPauseMs = 200;
const longestPauseMs = 1_000;
/** Answers of 5xx to one call; Stripe gives the same one again for the same key, mostly. */
const serverErrors = 3;

/** What is charged for an order. Nothing else goes into its PaymentIntent, so that every repeat asks for the same. */
export interface OrderAmount {
  readonly orderId: string;
  /** Cents. */
  readonly amount: number;
}

/** Until when an answer is waited for, by `performance.now()`. */
export type Until = number;

export type IntentCreation =
  | { readonly kind: 'made'; readonly id: string }
  /** Stripe does not charge such an amount. */
  | { readonly kind: 'refused'; readonly message: string }
  /** No answer. There may be a PaymentIntent, but nobody has tried a card on it. */
  | { readonly kind: 'unknown' };

export type Confirmation =
  | { readonly kind: 'paid' }
  | { readonly kind: 'declined'; readonly decline: Decline }
  /** Stripe does not know what the buyer wants to pay with, or it is used up. No card was tried. */
  | { readonly kind: 'unknown-token' }
  /** No answer, or one from which the outcome does not follow: the PaymentIntent tells. */
  | { readonly kind: 'unknown' };

export type Cancellation = 'canceled' | 'paid' | 'unknown';

/** What a webhook tells. Only a reason to look: what is written is what Stripe answers then. */
export interface Notice {
  readonly type: string;
  readonly orderId: string | undefined;
}

/** Stripe, as far as this service needs it. Nothing here throws for what Stripe says or fails to say. */
export interface PaymentGateway {
  /** The order's one PaymentIntent: made, or found by its idempotency key, which Stripe keeps for a day at least. */
  createIntent(order: OrderAmount, until: Until): Promise<IntentCreation>;
  /** Tries a card, once per attempt number: a repeat is the same try. */
  confirm(
    attempt: { readonly intentId: string; readonly orderId: string; readonly number: number; readonly token: string },
    until: Until,
  ): Promise<Confirmation>;
  /** Undefined when Stripe does not answer. */
  readIntent(id: string, until: Until): Promise<IntentState | undefined>;
  /** The id of an order's PaymentIntent that is younger than `since`, null if there is none, undefined without an answer. */
  findIntent(orderId: string, since: Date, until: Until): Promise<string | null | undefined>;
  /** Afterwards no card can be charged on it any more, whoever tries. */
  cancelIntent(id: string, until: Until): Promise<Cancellation>;
  /** Returns all of the money, once however often it is called. Undefined while that is not certain. */
  refund(order: { readonly intentId: string; readonly orderId: string }, until: Until): Promise<string | undefined>;
  /** @throws when the signature is not Stripe's. */
  readNotice(body: Buffer, signature: string): Notice;
}

export interface StripeSettings {
  readonly key: string;
  readonly webhookSecret: string;
  /** Address of the API, if not Stripe's own. */
  readonly host: string | undefined;
  /** How long one call may take; a repeat of it may still succeed. */
  readonly callTimeoutMs: number;
}

export interface StripeCounters {
  /** An attempt that Stripe refused because of another one: the claim should have kept it from there. */
  attemptRefused(): void;
}

const address = (host: string | undefined) => {
  if (host === undefined) return {};
  const { protocol, hostname, port } = new URL(host);
  const isHttps = protocol === 'https:';
  return {
    host: hostname,
    port: port === '' ? (isHttps ? 443 : 80) : Number(port),
    protocol: isHttps ? ('https' as const) : ('http' as const),
  };
};

const idOf = (value: string | { readonly id: string } | null | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.id;

const statuses: Readonly<Record<string, IntentState['status']>> = {
  succeeded: 'succeeded',
  canceled: 'canceled',
  processing: 'processing',
  requires_payment_method: 'open',
  requires_confirmation: 'open',
};

const stateOf = (intent: Stripe.PaymentIntent): IntentState => {
  const error = intent.last_payment_error;
  return {
    id: intent.id,
    status: statuses[intent.status] ?? 'processing',
    ...(error === null
      ? {}
      : {
          decline: {
            message: buyersMessage(error.message, error.code, error.decline_code),
            declineCode: error.decline_code,
            chargeId: error.charge ?? idOf(intent.latest_charge),
          },
        }),
  };
};

/**
 * What is paid with, as Stripe wants it named. Stripe takes a token here although its types leave that out, to keep card
 * numbers off servers (https://github.com/stripe/stripe-node/issues/1310).
 */
const methodOf = (token: string) => {
  if (!token.startsWith('tok_')) return { payment_method: token };
  const data = { type: 'card' as const, card: { token } };
  return { payment_method_data: data };
};

export const createStripeGateway = (
  settings: StripeSettings,
  logger: Logger,
  counters: StripeCounters,
): PaymentGateway => {
  const { callTimeoutMs } = settings;
  const stripe = new Stripe(settings.key, {
    apiVersion: '2026-10-28.endive',
    maxNetworkRetries: 0,
    timeout: callTimeoutMs,
    telemetry: false,
    ...address(settings.host),
  });

  /**
   * Repeats a call, with whatever key it carries, until Stripe has answered for good or the time is over.
   * @throws the last error.
   */
  const call = async <T>(until: Until, perform: (options: Stripe.RequestOptions) => Promise<T>): Promise<T> => {
    for (let failures = 0, refusedByServer = 0; ;) {
      const left = Math.min(callTimeoutMs, Math.floor(until - performance.now()));
      if (left < 1) throw new NoAnswerError();
      try {
        return await answerWithin(left, perform({ timeout: left }));
      } catch (error) {
        failures += 1;
        if (isServerError(error)) refusedByServer += 1;
        const pause = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
        if (!isWorthRepeating(error) || refusedByServer >= serverErrors || performance.now() + pause >= until) {
          throw error;
        }
        await delay(pause);
      }
    }
  };

  /** Words of Stripe's errors are not logged: some repeat the token. */
  const note = (error: unknown, orderId: string | undefined, step: string): void =>
    logger.warn({ ...facts(error), orderId, step }, 'Stripe gave no usable answer');

  const readIntent = async (id: string, until: Until): Promise<IntentState | undefined> => {
    try {
      return stateOf(await call(until, (options) => stripe.paymentIntents.retrieve(id, {}, options)));
    } catch (error) {
      note(error, undefined, 'read');
      return undefined;
    }
  };

  return {
    readIntent,

    createIntent: async ({ orderId, amount }, until) => {
      try {
        const intent = await call(until, (options) =>
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
        note(error, orderId, 'create');
        return { kind: 'unknown' };
      }
    },

    confirm: async ({ intentId, orderId, number, token }, until) => {
      try {
        const intent = await call(until, (options) =>
          stripe.paymentIntents.confirm(
            intentId,
            { ...methodOf(token), error_on_requires_action: true },
            { ...options, idempotencyKey: `${orderId}:${number}` },
          ),
        );
        return { kind: intent.status === 'succeeded' ? 'paid' : 'unknown' };
      } catch (error) {
        const decline = declineOf(error);
        if (decline !== undefined) return { kind: 'declined', decline };
        if (isAboutToken(error)) return { kind: 'unknown-token' };
        // Its state tells why: paid or cancelled by somebody else.
        if (isTaken(error)) counters.attemptRefused();
        if (!isRefusal(error, ['payment_intent_unexpected_state'])) note(error, orderId, 'confirm');
        return { kind: 'unknown' };
      }
    },

    findIntent: async (orderId, since, until) => {
      try {
        const created = { gte: Math.floor(since.getTime() / 1000) };
        for (let after: string | undefined; ;) {
          const page = await call(until, (options) =>
            stripe.paymentIntents.list(
              { created, limit: 100, ...(after === undefined ? {} : { starting_after: after }) },
              options,
            ),
          );
          const found = page.data.find((intent) => intent.metadata.orderId === orderId);
          if (found !== undefined) return found.id;
          after = page.data.at(-1)?.id;
          if (!page.has_more || after === undefined) return null;
        }
      } catch (error) {
        note(error, orderId, 'find');
        return undefined;
      }
    },

    cancelIntent: async (id, until) => {
      try {
        const intent = await call(until, (options) => stripe.paymentIntents.cancel(id, {}, options));
        return intent.status === 'canceled' ? 'canceled' : 'unknown';
      } catch (error) {
        if (!isRefusal(error, ['payment_intent_unexpected_state'])) {
          note(error, undefined, 'cancel');
          return 'unknown';
        }
        const status = (await readIntent(id, until))?.status;
        if (status === 'succeeded') return 'paid';
        return status === 'canceled' ? 'canceled' : 'unknown';
      }
    },

    refund: async ({ intentId, orderId }, until) => {
      try {
        const refund = await call(until, (options) =>
          stripe.refunds.create(
            { payment_intent: intentId, metadata: { orderId } },
            { ...options, idempotencyKey: `refund:${orderId}` },
          ),
        );
        if (refund.status === 'failed' || refund.status === 'canceled') {
          logger.error({ orderId, refundId: refund.id }, 'Stripe could not return the money');
          return undefined;
        }
        return refund.id;
      } catch (error) {
        if (!isRefusal(error, ['charge_already_refunded'])) {
          note(error, orderId, 'refund');
          return undefined;
        }
        // Stripe has forgotten the key, not the refund.
        try {
          const refunds = await call(until, (options) =>
            stripe.refunds.list({ payment_intent: intentId, limit: 1 }, options),
          );
          return refunds.data[0]?.id;
        } catch (listError) {
          note(listError, orderId, 'refund');
          return undefined;
        }
      }
    },

    readNotice: (body, signature) => {
      const event = stripe.webhooks.constructEvent(body, signature, settings.webhookSecret);
      const object: unknown = event.data.object;
      return { type: event.type, orderId: orderIdOf(object) };
    },
  };
};

const orderIdOf = (object: unknown): string | undefined => {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return undefined;
  const { metadata } = object;
  if (typeof metadata !== 'object' || metadata === null || !('orderId' in metadata)) return undefined;
  return typeof metadata.orderId === 'string' ? metadata.orderId : undefined;
};

/** The SDK's own timeout begins with the connection; this one covers making it too. */
const answerWithin = <T>(ms: number, answer: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswerError()), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
