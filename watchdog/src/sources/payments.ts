import { isOpenDispute, type chargeState, type OrderState } from '@ticketing/common/events';
import type { Filter } from 'mongodb';
import type { Databases } from './databases.ts';
import { collectionOf, findAll, missing, type Stored } from './find-all.ts';

/** A document of payments: the copy of an order, with its charge once there is one. */
export interface PaymentRecord {
  /** The order's. */
  readonly id: string;
  readonly order: { readonly version: number; readonly status: string; readonly price: number } | undefined;
  /** Of the charge. */
  readonly status: string | undefined;
  readonly amount: number | undefined;
  /** The PaymentIntent. */
  readonly stripeId: string | undefined;
  /** In refunds that have succeeded or still may; undefined until there is one. */
  readonly amountRefunded: number | undefined;
  /** Whether a bank has sent a refund back, also one that another has followed. */
  readonly hasFailedRefund: boolean;
  /** To the buyer, in minor units; undefined until there is money. */
  readonly owed: number | undefined;
  /** Stripe's status of the last dispute. */
  readonly disputeStatus: string | undefined;
  /** Unless the attempt waits for the buyer's confirmation at the bank, which ends with the hold. */
  readonly openAttemptAt: number | undefined;
  readonly refundDueAt: number | undefined;
  readonly closingDueAt: number | undefined;
  /** When the payment was closed because the order had not been paid by its deadline. */
  readonly closedAt: number | undefined;
}

type StoredPayment = Stored<typeof chargeState> & {
  readonly order?: Partial<OrderState>;
  readonly openAttempt?: { readonly at?: Date; readonly action?: object };
  readonly refundDue?: { readonly due?: Date; readonly since?: Date };
  readonly closingDue?: { readonly due?: Date; readonly since?: Date };
  readonly closedAt?: Date;
  readonly refunds?: readonly { readonly status?: string }[];
  readonly owed?: number;
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
        'status',
        'amount',
        'stripeId',
        'amountRefunded',
        'refunds.status',
        'owed',
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
    ({ _id, order, openAttempt, refundDue, closingDue, closedAt, dispute, refunds = [], ...charge }) => ({
      id: _id,
      order: order && {
        version: order.version ?? missing.number,
        status: order.status ?? missing.text,
        price: order.price ?? missing.number,
      },
      status: charge.status,
      amount: charge.amount,
      stripeId: charge.stripeId,
      amountRefunded: charge.amountRefunded,
      hasFailedRefund: refunds.some(({ status }) => status === 'failed'),
      owed: charge.owed,
      disputeStatus: dispute?.status,
      openAttemptAt: openAttempt?.action === undefined ? openAttempt?.at?.getTime() : undefined,
      refundDueAt: (refundDue?.since ?? refundDue?.due)?.getTime(),
      closingDueAt: (closingDue?.since ?? closingDue?.due)?.getTime(),
      closedAt: closedAt?.getTime(),
    }),
  );

/** Whether the bank has withdrawn the money, for now or for good: then nothing can be refunded. */
export const isWithdrawn = ({ disputeStatus }: Pick<PaymentRecord, 'disputeStatus'>): boolean =>
  disputeStatus !== undefined && (isOpenDispute({ status: disputeStatus }) || disputeStatus === 'lost');

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
