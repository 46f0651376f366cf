// Imports nothing, since browsers load it too.

export const orderStatuses = ['created', 'awaiting:payment', 'complete', 'cancelled'] as const;

export const cancelReasons = [
  'by_buyer',
  'expired',
  'price_changed',
  'ticket_changed',
  'unavailable',
  'payment_failed',
  'account_closed',
] as const;

export const chargeStatuses = ['created', 'completed', 'failed', 'refunded'] as const;
