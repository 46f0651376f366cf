import { isOpenDispute, type chargeState, type OrderState } from '@ticketing/common/events';
import type { Filter } from 'mongodb';
import type { Databases } from './databases.ts';
import { collectionOf, findAll, missing, type Stored } from './find-all.ts';

/** A document of payments: the copy of an order, with its charge once there is one. */
export interface PaymentRecord {
  /** The order's. */
  readonly id: string;
  readonly order:
    | {
        readonly version: number;
        readonly status: string;
        readonly price: number;
        readonly userId: string | undefined;
        readonly sellerId: string | undefined;
      }
    | undefined;
  /** Of the charge. */
  readonly status: string | undefined;
  readonly amount: number | undefined;
  readonly currency: string | undefined;
  /** The PaymentIntent. */
  readonly stripeId: string | undefined;
  /** In refunds that have succeeded or still may; undefined until there is one. */
  readonly amountRefunded: number | undefined;
  /** Whether a bank has sent a refund back, also one that another has followed. */
  readonly hasFailedRefund: boolean;
  /** To the buyer, in minor units; undefined until there is money. */
  readonly owed: number | undefined;
  /** What was returned to the buyer outside Stripe, in minor units. */
  readonly returnedOutsideStripe: number;
  /** What the sale is still worth, and what banks have withdrawn, in minor units. */
  readonly left: number;
  readonly withdrawn: number;
  /** What the ledger's accounts must have of it, by its own fields; undefined until there is money. */
  readonly balances: Balances | undefined;
  /** Ids of the disputes that are recorded. */
  readonly disputes: readonly string[];
  /** Stripe's status of the last dispute. */
  readonly disputeStatus: string | undefined;
  /** Unless the attempt waits for the buyer's confirmation at the bank, which ends with the hold. */
  readonly openAttemptAt: number | undefined;
  /** Whether such an attempt waits. */
  readonly isAtBank: boolean;
  readonly refundDueAt: number | undefined;
  readonly closingDueAt: number | undefined;
  /** When the payment was closed because the order had not been paid by its deadline. */
  readonly closedAt: number | undefined;
}

export type Balances = Readonly<
  Record<'stripe' | 'disputes' | 'fees' | 'buyers' | 'losses' | 'outside_stripe' | 'seller', number>
>;

interface StoredMoney {
  readonly amount?: number;
  readonly left?: number;
  readonly fee?: number;
  readonly owed?: number;
  readonly losses?: number;
  readonly sent?: number;
  readonly returnedOutsideStripe?: readonly { readonly amount?: number }[];
  readonly refunds?: readonly { readonly amount?: number; readonly status?: string }[];
  readonly disputes?: readonly {
    readonly id?: string;
    readonly amount?: number;
    readonly status?: string;
    readonly movements?: readonly { readonly amount?: number }[];
    readonly taken?: { readonly amount?: number };
  }[];
}

const sumOf = (list: readonly { readonly amount?: number }[]): number =>
  list.reduce((sum, { amount = missing.number }) => sum + amount, 0);

/** A release without `movements` has booked a dispute by its status. */
const heldBy = ({ amount = 0, status = missing.text, movements, taken }: Dispute) => {
  const isLost = status === 'lost';
  const withdrawn = isLost || isOpenDispute({ status }) ? amount : 0;
  return movements === undefined
    ? { withdrawn, lost: isLost ? amount : 0 }
    : { withdrawn: 0 - sumOf(movements), lost: taken?.amount ?? 0 };
};
type Dispute = NonNullable<StoredMoney['disputes']>[number];

const withdrawnOf = ({ disputes = [] }: StoredMoney): number =>
  disputes.reduce((sum, dispute) => sum + heldBy(dispute).withdrawn, 0);

const balancesOf = (charge: StoredMoney): Balances | undefined => {
  const { amount = 0, left = 0, fee = 0, owed, losses = 0, sent = 0 } = charge;
  const { refunds = [], disputes = [], returnedOutsideStripe = [] } = charge;
  if (owed === undefined) return undefined;
  const withdrawn = withdrawnOf(charge);
  const lost = disputes.reduce((sum, dispute) => sum + heldBy(dispute).lost, 0);
  return {
    stripe: amount - sumOf(refunds.filter(({ status }) => status !== 'failed')) - withdrawn - sent,
    disputes: withdrawn - lost,
    fees: 0 - fee,
    buyers: 0 - owed,
    losses,
    outside_stripe: 0 - sumOf(returnedOutsideStripe),
    seller: sent - (left - fee),
  };
};

type StoredPayment = Omit<Stored<typeof chargeState>, keyof StoredMoney> &
  StoredMoney & {
    readonly order?: Partial<OrderState>;
    readonly openAttempt?: { readonly at?: Date; readonly action?: object };
    readonly refundDue?: { readonly due?: Date; readonly since?: Date };
    readonly closingDue?: { readonly due?: Date; readonly since?: Date };
    readonly closedAt?: Date;
  };

const payments = (databases: Databases) => collectionOf<StoredPayment>(databases, 'payments', 'payments');

export const readPayments = (databases: Databases, filter: Filter<StoredPayment> = {}): Promise<PaymentRecord[]> =>
  findAll(
    payments(databases),
    {
      filter,
      fields: [
        'order.version',
        'order.status',
        'order.price',
        'order.userId',
        'order.sellerId',
        'status',
        'amount',
        'currency',
        'stripeId',
        'amountRefunded',
        'left',
        'fee',
        'owed',
        'losses',
        'sent',
        'returnedOutsideStripe.amount',
        'refunds.amount',
        'refunds.status',
        'disputes.id',
        'disputes.amount',
        'disputes.status',
        'disputes.movements',
        'disputes.taken',
        'dispute.status',
        'openAttempt.at',
        'openAttempt.action',
        'refundDue.due',
        'refundDue.since',
        'closingDue.due',
        'closingDue.since',
        'closedAt',
      ],
    },
    ({ _id, order, openAttempt, refundDue, closingDue, closedAt, dispute, ...charge }) => ({
      id: _id,
      order: order && {
        version: order.version ?? missing.number,
        status: order.status ?? missing.text,
        price: order.price ?? missing.number,
        userId: order.userId,
        sellerId: order.sellerId,
      },
      status: charge.status,
      amount: charge.amount,
      currency: charge.currency,
      stripeId: charge.stripeId,
      amountRefunded: charge.amountRefunded,
      hasFailedRefund: charge.refunds?.some(({ status }) => status === 'failed') === true,
      owed: charge.owed,
      returnedOutsideStripe: sumOf(charge.returnedOutsideStripe ?? []),
      left: charge.left ?? 0,
      withdrawn: withdrawnOf(charge),
      balances: balancesOf(charge),
      disputes: charge.disputes?.flatMap(({ id }) => id ?? []) ?? [],
      disputeStatus: dispute?.status,
      openAttemptAt: openAttempt?.action === undefined ? openAttempt?.at?.getTime() : undefined,
      isAtBank: openAttempt?.action !== undefined,
      refundDueAt: (refundDue?.since ?? refundDue?.due)?.getTime(),
      closingDueAt: (closingDue?.since ?? closingDue?.due)?.getTime(),
      closedAt: closedAt?.getTime(),
    }),
  );

/** Whether the bank has withdrawn the money, for now or for good: then nothing can be refunded. */
export const isWithdrawn = ({ disputeStatus }: Pick<PaymentRecord, 'disputeStatus'>): boolean =>
  disputeStatus !== undefined && (isOpenDispute({ status: disputeStatus }) || disputeStatus === 'lost');

/** Whether nothing is left to do for the payment, by its own document. */
export const isSettled = ({ openAttemptAt, isAtBank, refundDueAt, closingDueAt }: PaymentRecord): boolean =>
  !isAtBank && [openAttemptAt, refundDueAt, closingDueAt].every((at) => at === undefined);

/** The orders of these PaymentIntents. */
export const readPaymentIdsOfIntents = (databases: Databases, intentIds: readonly string[]): Promise<string[]> =>
  findAll(payments(databases), { filter: { stripeId: { $in: [...intentIds] } }, fields: [] }, (payment) => payment._id);

/** Orders with an open payment attempt, or a payment to be prevented or refunded, oldest first, from indexes that hold no others. */
export const readUnsettledPaymentIds = async (databases: Databases, limit: number): Promise<string[]> => {
  const oldestBy = (field: 'openAttempt.at' | 'closingDue.due' | 'refundDue.due') =>
    findAll(
      payments(databases),
      { filter: { [field]: { $exists: true } }, fields: [], sort: field, limit },
      (payment) => payment._id,
    );
  return (
    await Promise.all([oldestBy('openAttempt.at'), oldestBy('closingDue.due'), oldestBy('refundDue.due')])
  ).flat();
};
