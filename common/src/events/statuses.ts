// Imports nothing, since browsers load it too.

export const orderStatuses = ['created', 'awaiting:payment', 'complete', 'cancelled'] as const;

/** Why an order that was complete is cancelled; its ticket stays sold. */
export const undoReasons = ['not_delivered', 'refunded'] as const;

export const cancelReasons = [
  'by_buyer',
  'expired',
  'price_changed',
  'ticket_changed',
  'unavailable',
  'payment_failed',
  'account_closed',
  ...undoReasons,
] as const;

export const chargeStatuses = ['created', 'completed', 'failed', 'refunded'] as const;

/** How a ticket reaches its buyer: its file is there when it is sold, or its seller uploads it afterwards. */
export const deliveries = ['instant', 'by_seller'] as const;

/** Whether the buyer of an order has got the ticket itself. */
export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const;

/** Whether the last refund of a charge has reached the buyer. */
export const refundStatuses = ['pending', 'succeeded', 'failed'] as const;

/** Stripe's words for a dispute whose money the bank has withdrawn and may still return. */
export const openDisputeStatuses: readonly string[] = ['needs_response', 'under_review'];

/** Stripe's words for an open inquiry: the bank asks before a dispute, and has withdrawn nothing. */
const openInquiryStatuses: readonly string[] = ['warning_needs_response', 'warning_under_review'];

export const isOpenInquiry = ({ status }: { readonly status: string }): boolean => openInquiryStatuses.includes(status);

export const isOpenDispute = ({ status }: { readonly status: string }): boolean => openDisputeStatuses.includes(status);
