import type { BalanceTransaction, Dispute, PaymentMethod } from '../domain/records.ts';
import { cardOfName } from '../domain/test-cards.ts';
import { balanceTransactionObject } from './balance-transaction.ts';

const evidenceKeys = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
];

const responseDays = 7;

/** Stripe's dispute object; members of `related` are ids, or objects where they are expanded. */
export const disputeObject = (
  dispute: Dispute,
  method: PaymentMethod,
  transactions: readonly BalanceTransaction[],
  related: { readonly charge: unknown; readonly paymentIntent: unknown },
) => {
  const { brand } = cardOfName(method.card);
  return {
    id: dispute.id,
    object: 'dispute',
    amount: dispute.amount,
    balance_transactions: transactions.map(balanceTransactionObject),
    charge: related.charge,
    created: dispute.created,
    currency: dispute.currency,
    enhanced_eligibility_types: [],
    evidence: {
      ...Object.fromEntries(evidenceKeys.map((key) => [key, dispute.evidence[key] ?? null])),
      enhanced_evidence: {},
    },
    evidence_details: {
      due_by: dispute.created + responseDays * 24 * 3600,
      enhanced_eligibility: {},
      has_evidence: Object.keys(dispute.evidence).length > 0,
      past_due: false,
      submission_count: dispute.submissions,
    },
    is_charge_refundable: dispute.status.startsWith('warning_') && transactions.length === 0,
    livemode: false,
    metadata: dispute.metadata,
    payment_intent: related.paymentIntent,
    payment_method_details: {
      card: {
        brand,
        case_type: dispute.status.startsWith('warning_') ? 'inquiry' : 'chargeback',
        network: brand,
        network_reason_code: '10.4',
      },
      type: 'card',
    },
    reason: 'fraudulent',
    status: dispute.status,
  };
};
