import type { Stripe } from 'stripe';
import type { Decline } from '../../domain/decline.ts';
import type { MoneyAtStripe } from '../../domain/apply-movements.ts';
import type { IntentState } from '../../domain/settlement.ts';
import type { Deadline } from './call.ts';
import type { StripeClient } from './client.ts';
import { declineOf, intentIdOf, isInvalidToken, isKeyUsed, isRefusal, wasSuperseded } from './errors.ts';
import { isChange, listChanged, ownerOf, readMovements, type Owner } from './movements.ts';
import { actionUrlOf, orderIdOf, toIntentState, toPaymentMethod } from './mapping.ts';
import { signedEvent } from './signed-event.ts';

/** What came of the one call that tries a card. */
export type CardResult =
  | { readonly kind: 'paid'; readonly intentId: string }
  /** The buyer's bank wants a confirmation on its page. */
  | { readonly kind: 'action'; readonly intentId: string; readonly url: string }
  | { readonly kind: 'declined'; readonly decline: Decline; readonly intentId: string | undefined }
  /** Stripe does not know the token, or it was used before. No card was tried. */
  | { readonly kind: 'unknown-token'; readonly intentId: string | undefined }
  /** Stripe does not charge such an amount. No card was tried. */
  | { readonly kind: 'refused'; readonly message: string }
  /** No response, or an inconclusive one: the outcome has to be read at Stripe. */
  | { readonly kind: 'unknown' };

/** A call that tries a card. Its key, the order's id with the number of the attempt, is used for no other card. */
interface Attempt {
  readonly orderId: string;
  readonly number: number;
  /** Minor units: the order's price, so every retry sends the same parameters. */
  readonly amount: number;
  readonly currency: string;
}

export type BlockedAttempt =
  /** The call was not executed and never will be. The PaymentIntent is the one that was created instead of its own. */
  | { readonly kind: 'not-made'; readonly id: string | undefined }
  /** Stripe has received the call before. */
  | { readonly kind: 'too-late' }
  /** No response, or the call is in progress. */
  | { readonly kind: 'unknown' };

export type IntentSearch =
  { readonly kind: 'found'; readonly id: string } | { readonly kind: 'none' } | { readonly kind: 'unknown' };

export type Cancellation = 'canceled' | 'paid' | 'unknown';

/**
 * `made`: the refund exists, whatever has become of it; `disputed`: Stripe refunds nothing while a dispute is open;
 * `nothing-left`: all has gone back already; `unknown`: no response.
 */
export type RefundResult = 'made' | 'disputed' | 'nothing-left' | 'unknown';

/** A verified webhook event: only a reason to read at Stripe what it is about, which is what gets written. */
export interface WebhookEvent extends Owner {
  readonly type: string;
}

/** Stripe, as far as this service needs it. Only `readWebhookEvent` throws; the other methods return every failure. */
export interface PaymentGateway {
  /**
   * Tries a card on the order's PaymentIntent; without `intentId` the same call creates the PaymentIntent. Only the process
   * that has claimed the attempt may call this.
   */
  tryCard(
    attempt: Attempt & { readonly token: string; readonly intentId: string | undefined },
    deadline: Deadline,
  ): Promise<CardResult>;
  /**
   * Makes sure that an attempt without `intentId` can charge nothing any more, if it has not reached Stripe: takes its
   * idempotency key for a PaymentIntent without a card. Stripe keeps keys for a day at least.
   */
  blockAttempt(attempt: Attempt, deadline: Deadline): Promise<BlockedAttempt>;
  /** Undefined when Stripe does not respond. */
  readIntent(id: string, deadline: Deadline): Promise<IntentState | undefined>;
  /** Searches Stripe's list of PaymentIntents for the order's. */
  findIntent(
    orderId: string,
    created: { readonly from: Date; readonly to: Date },
    deadline: Deadline,
  ): Promise<IntentSearch>;
  /** After `canceled`, no process can charge a card on the PaymentIntent any more. */
  cancelIntent(id: string, deadline: Deadline): Promise<Cancellation>;
  /**
   * Refunds what is left of the payment, once for each `number` however often it is called. Where a dispute has taken a part, or
   * a part was returned outside Stripe, Stripe does not refuse a second refund: such a `part` is refunded once for each number of
   * refunds, disputes and returns before it.
   */
  refund(
    order: {
      readonly intentId: string;
      readonly orderId: string;
      readonly number: number;
      readonly part?: { readonly amount: number; readonly after: number } | undefined;
    },
    deadline: Deadline,
  ): Promise<RefundResult>;
  /** What has moved of the money of a PaymentIntent, and of the transfers of a group. Undefined when Stripe does not respond. */
  readMoney(
    ids: { readonly intentId: string; readonly transferGroup: string | undefined },
    deadline: Deadline,
  ): Promise<MoneyAtStripe | undefined>;
  /** Whose money or account has changed since a time. @throws when Stripe does not respond. */
  listChanged(since: Date): AsyncIterable<Owner & { readonly at: Date }>;
  /** @throws when the signature is not Stripe's. */
  readWebhookEvent(body: Buffer, signature: string): WebhookEvent;
}

/** How long one page of a list is waited for, all retries together. */
const pageTimeoutMs = 20_000;

const amountCodes = ['amount_too_small', 'amount_too_large'];

/**
 * Cards only, whatever the dashboard enables: other methods may take days to succeed, and Stripe cancels no PaymentIntent
 * meanwhile, so that a buyer could hold a ticket for as long.
 */
const toIntent = ({ amount, currency, orderId, number }: Attempt) => ({
  amount,
  currency,
  allowed_payment_method_types: ['card' as const],
  metadata: { orderId, attempt: String(number) },
});

/**
 * The first attempt uses the key under which release 0.1.0 creates the PaymentIntent of an order without a card, and other
 * parameters (`attempt`): of a replica of that release and one of this, Stripe refuses the one that comes second. Otherwise
 * each could charge a PaymentIntent of its own.
 */
const keyed = ({ orderId, number }: Attempt, options: Stripe.RequestOptions): Stripe.RequestOptions => ({
  ...options,
  idempotencyKey: number === 1 ? orderId : `${orderId}:${number}`,
});

export interface StripeSettings {
  /** Of Stripe's endpoints: events of connected accounts come by one of their own. */
  readonly webhookSecrets: readonly string[];
  /** Where the bank sends the buyer of an order back to. */
  readonly returnUrl: (orderId: string) => string;
}

export const createStripeGateway = (
  { stripe, call, logFailure }: StripeClient,
  settings: StripeSettings,
  metrics: { readonly attemptsRefused: { inc(): void } },
): PaymentGateway => {
  const readIntent = async (id: string, deadline: Deadline): Promise<IntentState | undefined> => {
    try {
      return toIntentState(await call(deadline, (options) => stripe.paymentIntents.retrieve(id, {}, options)));
    } catch (error) {
      logFailure(error, 'read');
      return undefined;
    }
  };

  return {
    readIntent,

    tryCard: async (attempt, deadline) => {
      const { orderId, intentId, token } = attempt;
      const card = { ...toPaymentMethod(token), return_url: settings.returnUrl(orderId) };
      try {
        const intent = await call(deadline, (options) =>
          intentId === undefined
            ? stripe.paymentIntents.create({ ...toIntent(attempt), ...card, confirm: true }, keyed(attempt, options))
            : stripe.paymentIntents.confirm(intentId, card, keyed(attempt, options)),
        );
        const url = actionUrlOf(intent);
        if (url !== undefined) return { kind: 'action', intentId: intent.id, url };
        return intent.status === 'succeeded' ? { kind: 'paid', intentId: intent.id } : { kind: 'unknown' };
      } catch (error) {
        const decline = declineOf(error);
        const known = intentId ?? intentIdOf(error);
        if (decline !== undefined) return { kind: 'declined', decline, intentId: known };
        if (isInvalidToken(error)) return { kind: 'unknown-token', intentId: known };
        if (isRefusal(error, amountCodes)) {
          return { kind: 'refused', message: 'The price of this order cannot be charged' };
        }
        if (wasSuperseded(error)) metrics.attemptsRefused.inc();
        // Unexpected state: another process has paid or cancelled it, as its status shows.
        if (!isRefusal(error, ['payment_intent_unexpected_state'])) logFailure(error, 'try card', { orderId });
        return { kind: 'unknown' };
      }
    },

    blockAttempt: async (attempt, deadline) => {
      try {
        const { id } = await call(deadline, (options) =>
          stripe.paymentIntents.create(toIntent(attempt), keyed(attempt, options)),
        );
        return { kind: 'not-made', id };
      } catch (error) {
        if (isKeyUsed(error)) return { kind: 'too-late' };
        if (isRefusal(error, amountCodes)) return { kind: 'not-made', id: undefined };
        logFailure(error, 'block attempt', { orderId: attempt.orderId });
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
          if (found !== undefined) return { kind: 'found', id: found.id };
          after = page.data.at(-1)?.id;
          if (!page.has_more || after === undefined) return { kind: 'none' };
        }
      } catch (error) {
        logFailure(error, 'find', { orderId });
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

    refund: async ({ intentId, orderId, number, part }, deadline) => {
      const amount = part === undefined ? {} : { amount: part.amount };
      const payment = { payment_intent: intentId, metadata: { orderId }, ...amount };
      const ofAll = number === 1 ? `refund:${orderId}` : `refund:${orderId}:${number}`;
      const idempotencyKey = part === undefined ? ofAll : `refund:${orderId}:part:${part.after}:${part.amount}`;
      try {
        await call(deadline, (options) => stripe.refunds.create(payment, { ...options, idempotencyKey }));
        return 'made';
      } catch (error) {
        if (isRefusal(error, ['charge_already_refunded'])) return 'nothing-left';
        if (isRefusal(error, ['charge_disputed'])) return 'disputed';
        logFailure(error, 'refund', { orderId });
        return 'unknown';
      }
    },

    readMoney: async (ids, deadline) => {
      try {
        return await readMovements(stripe, call, ids, deadline);
      } catch (error) {
        logFailure(error, 'read money');
        return undefined;
      }
    },

    listChanged: (since) => listChanged(stripe, call, since, () => performance.now() + pageTimeoutMs),

    readWebhookEvent: (body, signature) => {
      const event = signedEvent(stripe, { body, signature }, settings.webhookSecrets);
      const { type } = event;
      const { object } = event.data;
      const none = { orderId: undefined, transferId: undefined, intentId: undefined, accountId: undefined };
      // The metadata of a PaymentIntent names its order; a refund in the dashboard has none.
      if (type.startsWith('payment_intent.')) return { ...none, type, orderId: orderIdOf(object) };
      return { type, ...(isChange(type) ? ownerOf(object) : none) };
    },
  };
};
