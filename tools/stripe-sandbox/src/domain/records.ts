import { z } from 'zod';
import {
  accountLinkRecord,
  accountRecord,
  transferRecord,
  transferReversalRecord,
  type Account,
  type AccountLink,
  type Transfer,
  type TransferReversal,
} from './connect-records.ts';

/**
 * What is stored. Less than Stripe's objects, whose other fields are derived from these (see objects/). Times are in
 * Unix seconds, amounts in the currency's smallest unit.
 */
const metadata = z.record(z.string(), z.string());
const seconds = z.number().int();

const optionalText = z.string().nullable();

const billingDetails = z.object({
  address: z.object({
    city: optionalText,
    country: optionalText,
    line1: optionalText,
    line2: optionalText,
    postal_code: optionalText,
    state: optionalText,
  }),
  email: optionalText,
  name: optionalText,
  phone: optionalText,
});

const paymentMethodRecord = z.object({
  object: z.literal('payment_method'),
  id: z.string(),
  created: seconds,
  /** First name of the test card; card numbers are never stored. */
  card: z.string(),
  expMonth: z.number().int(),
  expYear: z.number().int(),
  hasCvc: z.boolean(),
  billing: billingDetails.nullable(),
  metadata,
  /** The PaymentIntent that used it: without a customer it can be used for one attempt only. */
  usedBy: z.string().nullable(),
});

const paymentIntentStatus = z.enum([
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'succeeded',
  'canceled',
]);

/** An authentication by 3-D Secure; the next confirmation replaces it. */
const authentication = z.object({
  id: z.string(),
  /** Where the bank page leads back to; null if the request named no `return_url`. */
  returnUrl: optionalText,
  outcome: z.enum(['pending', 'authenticated', 'failed']),
});

export const cancellationReason = z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']);

const paymentIntentRecord = z.object({
  object: z.literal('payment_intent'),
  id: z.string(),
  clientSecret: z.string(),
  created: seconds,
  amount: z.number().int(),
  currency: z.string(),
  status: paymentIntentStatus,
  metadata,
  description: optionalText,
  receiptEmail: optionalText,
  statementDescriptorSuffix: optionalText,
  transferGroup: optionalText,
  captureMethod: z.enum(['automatic', 'automatic_async']),
  /** Null if the request listed `payment_method_types`. */
  automaticPaymentMethods: z.object({ enabled: z.boolean(), allow_redirects: z.enum(['always', 'never']) }).nullable(),
  paymentMethod: z.string().nullable(),
  latestCharge: z.string().nullable(),
  /** The declined charge that `last_payment_error` describes. */
  failedCharge: z.string().nullable(),
  authentication: authentication.nullable().default(null),
  /** The payment method without a charge that `last_payment_error` describes. */
  failedAuthentication: z
    .object({
      paymentMethod: z.string(),
      code: z.enum(['payment_intent_authentication_failure', 'authentication_required']),
    })
    .nullable()
    .default(null),
  canceledAt: seconds.nullable(),
  cancellationReason: cancellationReason.nullable(),
});

const chargeRecord = z.object({
  object: z.literal('charge'),
  id: z.string(),
  created: seconds,
  paymentIntent: z.string(),
  paymentMethod: z.string(),
  amount: z.number().int(),
  amountRefunded: z.number().int(),
  balanceTransaction: z.string().nullable().default(null),
  /** Whether a dispute is to be opened. */
  disputeDue: z.boolean().default(false),
  dispute: z.string().nullable().default(null),
  currency: z.string(),
  status: z.enum(['succeeded', 'failed']),
  metadata,
  description: optionalText,
  receiptEmail: optionalText,
  statementDescriptorSuffix: optionalText,
  transferGroup: optionalText,
});

export const refundReason = z.enum(['duplicate', 'fraudulent', 'requested_by_customer']);

const refundRecord = z.object({
  object: z.literal('refund'),
  id: z.string(),
  created: seconds,
  charge: z.string(),
  paymentIntent: z.string(),
  paymentMethod: z.string(),
  amount: z.number().int(),
  currency: z.string(),
  reason: refundReason.nullable(),
  metadata,
  balanceTransaction: z.string().nullable().default(null),
  /** Whether the refund is to fail. */
  failureDue: z.boolean().default(false),
  status: z.enum(['pending', 'succeeded', 'failed']).default('succeeded'),
  failureBalanceTransaction: z.string().nullable().default(null),
});

export const disputeStatus = z.enum([
  'warning_needs_response',
  'warning_under_review',
  'warning_closed',
  'needs_response',
  'under_review',
  'won',
  'lost',
]);

const disputeRecord = z.object({
  object: z.literal('dispute'),
  id: z.string(),
  created: seconds,
  charge: z.string(),
  paymentIntent: z.string(),
  amount: z.number().int(),
  currency: z.string(),
  status: disputeStatus,
  evidence: z.record(z.string(), z.string()),
  submissions: z.number().int(),
  metadata,
  balanceTransactions: z.array(z.string()),
});

/** A movement of the account's balance. */
const balanceTransactionRecord = z.object({
  object: z.literal('balance_transaction'),
  id: z.string(),
  created: seconds,
  amount: z.number().int(),
  fee: z.number().int(),
  currency: z.string(),
  type: z.enum(['charge', 'refund', 'refund_failure', 'adjustment', 'transfer', 'transfer_refund']),
  source: z.string(),
});

export const record = z.discriminatedUnion('object', [
  paymentIntentRecord,
  chargeRecord,
  refundRecord,
  paymentMethodRecord,
  disputeRecord,
  balanceTransactionRecord,
  accountRecord,
  accountLinkRecord,
  transferRecord,
  transferReversalRecord,
]);

export type PaymentIntent = z.infer<typeof paymentIntentRecord>;
export type Charge = z.infer<typeof chargeRecord>;
export type Refund = z.infer<typeof refundRecord>;
export type PaymentMethod = z.infer<typeof paymentMethodRecord>;
export type Dispute = z.infer<typeof disputeRecord>;
export type BalanceTransaction = z.infer<typeof balanceTransactionRecord>;
export type BillingDetails = z.infer<typeof billingDetails>;
export type StripeRecord = z.infer<typeof record>;

/** Finds records by id. */
export interface Lookup {
  /** The sandbox's address in browsers, without a slash at the end. */
  publicUrl(): string;
  paymentIntent(id: string): PaymentIntent | undefined;
  charge(id: string): Charge | undefined;
  refund(id: string): Refund | undefined;
  paymentMethod(id: string): PaymentMethod | undefined;
  dispute(id: string): Dispute | undefined;
  balanceTransaction(id: string): BalanceTransaction | undefined;
  account(id: string): Account | undefined;
  accountLink(id: string): AccountLink | undefined;
  transfer(id: string): Transfer | undefined;
  transferReversal(id: string): TransferReversal | undefined;
  /** How much of the charge was transferred, less what was reversed. */
  transferredFrom(chargeId: string): number;
}

/** What a dispute has added to the balance, without Stripe's fee: negative while it keeps money. */
export const movedBy = (lookup: Pick<Lookup, 'balanceTransaction'>, dispute: Dispute): number =>
  dispute.balanceTransactions.reduce((sum, id) => sum + (lookup.balanceTransaction(id)?.amount ?? 0), 0);

/** `lookup` as it will be once `records` are stored. */
export const withRecords = (lookup: Lookup, records: readonly StripeRecord[]): Lookup => {
  const changed = <Kind extends StripeRecord['object']>(kind: Kind, id: string) =>
    records.find((row): row is Extract<StripeRecord, { object: Kind }> => row.object === kind && row.id === id);
  return {
    publicUrl: () => lookup.publicUrl(),
    paymentIntent: (id) => changed('payment_intent', id) ?? lookup.paymentIntent(id),
    charge: (id) => changed('charge', id) ?? lookup.charge(id),
    refund: (id) => changed('refund', id) ?? lookup.refund(id),
    paymentMethod: (id) => changed('payment_method', id) ?? lookup.paymentMethod(id),
    dispute: (id) => changed('dispute', id) ?? lookup.dispute(id),
    balanceTransaction: (id) => changed('balance_transaction', id) ?? lookup.balanceTransaction(id),
    account: (id) => changed('account', id) ?? lookup.account(id),
    accountLink: (id) => changed('account_link', id) ?? lookup.accountLink(id),
    transfer: (id) => changed('transfer', id) ?? lookup.transfer(id),
    transferredFrom: (chargeId) => lookup.transferredFrom(chargeId),
    transferReversal: (id) => changed('transfer_reversal', id) ?? lookup.transferReversal(id),
  };
};
