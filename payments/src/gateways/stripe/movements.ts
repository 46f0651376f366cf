import type { Stripe } from 'stripe';
import { z } from 'zod';
import { toRefundStatus, type MoneyAtStripe } from '../../domain/apply-movements.ts';
import type { createStripeCall, Deadline } from './call.ts';
import { idOf } from './mapping.ts';

/** More of either means that a person has to look; Stripe's largest page. */
const pageSize = 100;

/** What begins at Stripe: the types of events after which the money of an order or the account of a seller may have changed. */
export const changeEvents = [
  'charge.refunded',
  'charge.refund.updated',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_reinstated',
  'transfer.created',
  'transfer.reversed',
  'account.updated',
] as const satisfies readonly Stripe.Event.Type[];

const types: ReadonlySet<string> = new Set(changeEvents);

/** Those in our own list: it has no events of connected accounts (https://docs.stripe.com/connect/webhooks). */
const listedEvents = changeEvents.filter((type) => type !== 'account.updated');

export const isChange = (type: string): boolean => types.has(type);

/** Whom an object of Stripe's is about: the order of some money, or the seller of an account. */
export interface Owner {
  readonly intentId: string | undefined;
  /** Of transfers. */
  readonly orderId: string | undefined;
  readonly transferId: string | undefined;
  readonly accountId: string | undefined;
}

const changed = z.object({
  object: z.string().optional(),
  id: z.string().optional(),
  payment_intent: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
  transfer_group: z.string().nullish(),
});

/** The owner of a charge, refund, dispute, transfer or account. */
export const ownerOf = (given: unknown): Owner => {
  const { data } = changed.safeParse(given);
  return {
    intentId: idOf(data?.payment_intent),
    orderId: data?.transfer_group ?? undefined,
    transferId: data?.object === 'transfer' ? data.id : undefined,
    accountId: data?.object === 'account' ? data.id : undefined,
  };
};

const toDate = (seconds: number): Date => new Date(seconds * 1000);

/** Newest first at Stripe, oldest first here. */
const oldestFirst = <Item>({ data }: { readonly data: readonly Item[] }): Item[] => data.toReversed();

/** What is made by hand, in the dashboard or by Stripe's CLI, has no metadata of ours. */
const isOurs = (metadata: Stripe.Metadata | null): boolean => metadata?.['orderId'] !== undefined;

/**
 * Reads the movements of one PaymentIntent's money, and those of the order's transfers if it is named.
 * @throws the last error when Stripe does not respond.
 */
export const readMovements = async (
  stripe: Stripe,
  call: ReturnType<typeof createStripeCall>,
  ids: { readonly intentId: string; readonly transferGroup: string | undefined },
  deadline: Deadline,
): Promise<MoneyAtStripe> => {
  const query = { payment_intent: ids.intentId, limit: pageSize };
  const { transferGroup } = ids;
  const [refunds, disputes, transfers] = await Promise.all([
    call(deadline, (options) =>
      stripe.refunds.list({ ...query, expand: ['data.failure_balance_transaction'] }, options),
    ),
    call(deadline, (options) => stripe.disputes.list(query, options)),
    transferGroup === undefined ? [] : readTransfers(stripe, call, transferGroup, deadline),
  ]);
  return {
    refunds: oldestFirst(refunds).map(
      ({ id, amount, status, created, metadata, failure_balance_transaction: failure }) => ({
        id,
        amount,
        status: toRefundStatus(status),
        at: toDate(created),
        isOurs: isOurs(metadata),
        failedAt: typeof failure === 'object' && failure !== null ? toDate(failure.created) : undefined,
      }),
    ),
    disputes: oldestFirst(disputes).map(
      ({ id, amount, status, reason, created, balance_transactions: transactions }) => ({
        id,
        amount,
        status,
        reason,
        at: toDate(created),
        movements: transactions
          .toSorted((a, b) => a.created - b.created)
          .map((transaction) => ({ id: transaction.id, amount: transaction.amount })),
      }),
    ),
    transfers,
  };
};

/** The transfers of an order, whoever has made them, oldest first. @throws the last error when Stripe does not respond. */
export const readTransfers = async (
  stripe: Stripe,
  call: ReturnType<typeof createStripeCall>,
  orderId: string,
  deadline: Deadline,
): Promise<MoneyAtStripe['transfers']> => {
  const query = { transfer_group: orderId, limit: pageSize };
  const transfers = await call(deadline, (options) => stripe.transfers.list(query, options));
  return Promise.all(
    oldestFirst(transfers).map(async ({ id, amount, metadata, reversals: shown }) => {
      const reversals = shown.has_more
        ? await call(deadline, (options) => stripe.transfers.listReversals(id, { limit: pageSize }, options))
        : shown;
      return {
        id,
        amount,
        number: Number(metadata['number'] ?? 0),
        isOurs: isOurs(metadata),
        reversals: oldestFirst(reversals).map((reversal) => ({
          id: reversal.id,
          amount: reversal.amount,
          isOurs: isOurs(reversal.metadata),
        })),
      };
    }),
  );
};

/** The owners of what has changed since a time, from Stripe's events. @throws when Stripe does not respond. */
export async function* listChanged(
  stripe: Stripe,
  call: ReturnType<typeof createStripeCall>,
  since: Date,
  deadlineOf: () => Deadline,
): AsyncGenerator<Owner & { readonly at: Date }> {
  const created = { gte: Math.floor(since.getTime() / 1000) };
  for (let last: string | undefined; ;) {
    const after = last === undefined ? {} : { starting_after: last };
    const query = { created, types: listedEvents, limit: pageSize, ...after };
    const page = await call(deadlineOf(), (options) => stripe.events.list(query, options));
    for (const { created: at, data } of page.data) yield { ...ownerOf(data.object), at: toDate(at) };
    last = page.data.at(-1)?.id;
    if (!page.has_more || last === undefined) break;
  }
}
