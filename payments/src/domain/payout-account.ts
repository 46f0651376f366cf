/** Whether Stripe accepts transfers to the account; a restricted account is pending again. */
export const payoutStatuses = ['pending', 'ready'] as const;

export type PayoutStatus = (typeof payoutStatuses)[number];
