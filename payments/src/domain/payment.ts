import { orderState, refundStatuses } from '@ticketing/common/events';
import { z } from 'zod';

/**
 * Age at which an attempt has lost its process: longer than the 20 s for which a process waits for Stripe, with room for
 * replicas' clocks that differ by some seconds.
 */
export const attemptAbandonedMs = 40_000;

const trace = { correlationId: z.string(), traceId: z.string() };

const ownAttempt = z.object({
  /** Counts every attempt of the order, so that no two ever share an idempotency key at Stripe. */
  number: z.int(),
  /** Hash of the buyer's token: distinguishes a retry from an attempt with another card. */
  token: z.string(),
  at: z.date(),
  /** Its process has stopped waiting for Stripe, so anyone may settle it. */
  unknown: z.boolean().optional(),
  /** The buyer's bank wants a confirmation (3-D Secure). Until its outcome is known at Stripe, the attempt is open. */
  action: z
    .object({
      /** The page of the bank. */
      url: z.string(),
      /** When the PaymentIntent was last read. */
      readAt: z.date(),
      /** When a worker reads it next. */
      due: z.date(),
    })
    .optional(),
  ...trace,
});

const attempt = ownAttempt.extend({
  /** The one that waited for a confirmation until this one took its place: open again if Stripe has not tried this card. */
  superseded: ownAttempt.optional(),
});

/** Marks a charge for a worker. */
const mark = z.object({
  /** When a worker next takes it up. */
  due: z.date(),
  /** When a worker was first to take it up. Absent until one has. */
  since: z.date().optional(),
  /** How often Stripe did not respond. */
  failures: z.int().default(0),
  ...trace,
});

const absent = z.undefined().optional();
/** When the payment was closed: no attempt can begin any more, and money that is found later is refunded. */
const closedAt = z.date().optional();

/** Fields of every payment: the order's id, which is the charge's too, and the copy of the order. */
const copy = {
  _id: z.string(),
  order: orderState
    .pick({ userId: true, sellerId: true, status: true, expiresAt: true, problemAt: true, releaseAgreedAt: true })
    .extend({
      ticket: orderState.shape.ticket.omit({ price: true, version: true, revision: true }).partial().optional(),
      /** Absent while it is pending, mostly: that state alone is not copied. */
      delivery: z.object({ deliveredAt: z.string().optional() }).optional(),
      // Any text: a replica of the next version may have copied a reason that this one does not know.
      reason: z.string().optional(),
      closing: z.string().optional(),
    }),
};

const refund = z.object({
  id: z.string(),
  amount: z.int(),
  status: z.enum(refundStatuses),
  /** When and why it was made; absent of those that a release without these fields has recorded. */
  at: z.date().optional(),
  reason: z.string().optional(),
});
const dispute = z.object({
  id: z.string(),
  amount: z.int(),
  status: z.string(),
  reason: z.string(),
  /** When the bank withdrew the money. */
  openedAt: z.date().optional(),
  lostAt: z.date().optional(),
  /**
   * What was booked of its balance transactions; negative if it was withdrawn. Absent if a release that booked by status has
   * recorded the dispute; without `id` what that has booked and Stripe has not shown yet.
   */
  movements: z.array(z.object({ id: z.string().optional(), amount: z.int() })).optional(),
  /** What the decision has taken for good, the part of it that was the sale's, and how often that has changed. */
  taken: z.object({ amount: z.int(), left: z.int(), changes: z.int() }).optional(),
});
const returnedOutsideStripe = z.object({
  id: z.string(),
  amount: z.int(),
  at: z.date(),
  by: z.string(),
  reason: z.string(),
});
const returned = z.object({ id: z.string(), amount: z.int(), at: z.date(), reason: z.string() });
/** A transfer to a seller, whoever made it. */
const transfer = z.object({
  id: z.string(),
  amount: z.int(),
  /** Absent if it was made by hand, or recorded by a release that did not distinguish that; the same for reversals. */
  isOurs: z.boolean().optional(),
  reversals: z.array(z.object({ id: z.string(), amount: z.int(), isOurs: z.boolean().optional() })),
});
const line = z.object({ account: z.string(), amount: z.int() });
const entry = z.object({ id: z.string(), at: z.date(), lines: z.array(line) });

/** What has become of the money, in minor units; absent until there is some. */
const money = {
  /** When the payment completed its order: it was a sale then. */
  completedAt: z.date().optional(),
  feePercent: z.number().optional(),
  /** What the sale is still worth, and our share of it. */
  left: z.int().optional(),
  fee: z.int().optional(),
  /** What we have and owe to the buyer: money that came too late, and refunds that were sent back. */
  owed: z.int().optional(),
  /** What went out beyond what was owed and left: the marketplace's own. */
  losses: z.int().optional(),
  amountRefunded: z.int().optional(),
  refundStatus: z.enum(refundStatuses).optional(),
  /** As last read at Stripe, oldest first. */
  refunds: z.array(refund).optional(),
  disputes: z.array(dispute).optional(),
  /** The one that is open, or the last, as others are told. */
  dispute: dispute.omit({ lostAt: true, movements: true, taken: true }).partial({ id: true, amount: true }).optional(),
  /** What an operator has returned outside Stripe, in place of refunds that have failed; `id`: of the operator's request. */
  returnedOutsideStripe: z.array(returnedOutsideStripe).optional(),
  /** The last of these three that have returned money to the buyer, as others are told. */
  returned: z.array(returned).optional(),
  /** The time of the last problem of the buyer's that an operator has settled. */
  problemSettledAt: z.date().optional(),
  /** The operator's request that has settled it. */
  problemSettledBy: z.string().optional(),
  /** When the proceeds become the seller's, when orders was first asked to agree to that, and when they did. */
  availableAt: z.date().optional(),
  releasingAt: z.date().optional(),
  /** When orders is next asked, unless it has agreed, and how often it was asked. */
  releaseQuestion: z.object({ nextAt: z.date(), count: z.int() }).optional(),
  releasedAt: z.date().optional(),
  /** Our transfer of the proceeds, claimed before Stripe is called. */
  transfer: z
    .object({
      claimedAt: z.date(),
      amount: z.int(),
      accountId: z.string(),
      /** Of the call; one that Stripe has refused is followed by one with another number. */
      number: z.int(),
      /** Once Stripe has made it. */
      id: z.string().optional(),
    })
    .optional(),
  /** All that were made for the order, also by hand, as last read at Stripe, oldest first. */
  transfers: z.array(transfer).optional(),
  /** What they have sent and was not taken back. */
  sent: z.int().optional(),
  /** A reversal of a transfer whose outcome is not known yet. */
  reversal: z
    .object({
      number: z.int(),
      amount: z.int(),
      transferId: z.string(),
      /** What had been reversed of the transfer when it was claimed. */
      reversedBefore: z.int(),
      claimedAt: z.date(),
    })
    .optional(),
  /** Of the last call for a transfer or a reversal: no two calls share an idempotency key. */
  payoutNumber: z.int().optional(),
  /** Marks the sale for release, transfer or reversal. */
  payoutDue: mark.extend({ failing: z.enum(['transfer', 'reversal']).optional() }).optional(),
  /** The transfer waits until the seller has a ready account and a verified e-mail, and owes us nothing of another sale. */
  payoutWaits: z.literal(true).optional(),
  paidOutAt: z.date().optional(),
  paidOut: z.int().optional(),
  /** An operator has ordered that all the money is returned. */
  refundOrdered: z.object({ at: z.date(), reason: z.string(), by: z.string().optional() }).optional(),
  /** Entries that the ledger does not have yet. */
  entries: z.array(entry).optional(),
  /** When the last read of the movements at Stripe began: what has changed since may be missing. */
  moneyReadAt: z.date().optional(),
};

/** Fields of every charge. */
const charge = {
  ...money,
  ...copy,
  version: z.int(),
  declines: z.int(),
  /** Minor units of the currency: the order's price. */
  amount: z.int(),
  currency: z.string(),
  createdAt: z.date(),
  /** Attempts so far, whatever their outcome. */
  lastAttemptNumber: z.int(),
  /** The one PaymentIntent of the order, once its id is known. */
  stripeId: z.string().optional(),
  stripeRefundId: absent,
  /** The failed charge at Stripe that the last counted decline came with. */
  declinedCharge: z.string().optional(),
  openAttempt: absent,
  /** A confirmation at the bank failed, and the request that it was for has not heard of it yet. */
  unseenDecline: z.object({ token: z.string(), message: z.string() }).optional(),
  closedAt,
  /** The order is closing: its payment must be prevented, or found to be made. An earlier release would refund it. */
  closingDue: mark.optional(),
  /** The order is cancelled: its payment must be prevented, or refunded. */
  refundDue: mark.optional(),
};

/** No attempt was made yet: the document holds nothing but the copy of the order. */
const uncharged = z.object({
  ...copy,
  status: absent,
  openAttempt: absent,
  closedAt,
  closingDue: absent,
  refundDue: absent,
});
/** The charge exists and no attempt is open: the next can be claimed, unless the payment was closed. */
const idle = z.object({ ...charge, status: z.literal('created') });
/** An attempt is under way, or its outcome is still unknown. */
const attempting = idle.extend({ openAttempt: attempt, closedAt: absent });
const completed = z.object({ ...charge, status: z.literal('completed'), stripeId: z.string() });
/** All declines are used up, or Stripe cannot take the payment. Without a PaymentIntent if Stripe refused to create it. */
const failed = z.object({ ...charge, status: z.literal('failed') });
const refunded = z.object({
  ...charge,
  status: z.literal('refunded'),
  stripeId: z.string(),
  /** Absent if a dispute took the money. */
  stripeRefundId: z.string().optional(),
  closingDue: absent,
});

const chargeStates = [attempting, idle, completed, failed, refunded] as const;

/** Every state that an order's payment can be in, each with the fields that it can have. */
export const paymentState = z.union([...chargeStates, uncharged]);

export type Refund = z.infer<typeof refund>;
export type Dispute = z.infer<typeof dispute>;
export type Returned = z.infer<typeof returned>;
export type Transfer = z.infer<typeof transfer>;
export type Line = z.infer<typeof line>;
export type Entry = z.infer<typeof entry>;
export type Attempt = z.infer<typeof attempt>;
export type Attempting = z.infer<typeof attempting>;
export type Charge = z.infer<(typeof chargeStates)[number]>;
export type Payment = z.infer<typeof paymentState>;

/** Whether others than its process may settle the attempt: that process has responded, stopped waiting, or is gone. */
export const isSettleable = (openAttempt: Attempt, now: Date): boolean =>
  openAttempt.unknown === true || openAttempt.action !== undefined || isAbandoned(openAttempt, now);

/** How often buyers who load the page of their order make a PaymentIntent be read. */
export const actionReadMs = 1_000;

/** When a worker next reads the PaymentIntent: the older the attempt, the later. */
export const nextActionRead = (openAttempt: Pick<Attempt, 'at'>, now: Date): Date => {
  const ageMs = now.getTime() - openAttempt.at.getTime();
  return new Date(now.getTime() + Math.min(Math.max(ageMs, 5_000), 60_000));
};

/** Whether no request of the attempt can still be on its way to Stripe. */
export const isAbandoned = (openAttempt: Attempt, now: Date): boolean =>
  now.getTime() - openAttempt.at.getTime() >= attemptAbandonedMs;
