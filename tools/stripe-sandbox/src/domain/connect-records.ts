import { z } from 'zod';

const metadata = z.record(z.string(), z.string());
const seconds = z.number().int();
const optionalText = z.string().nullable();

export const accountRecord = z.object({
  object: z.literal('account'),
  id: z.string(),
  created: seconds,
  country: z.string(),
  email: optionalText,
  metadata,
  /** Whether onboarding is complete. */
  detailsSubmitted: z.boolean(),
  /** Whether Stripe wants to know more and pays nothing out until then. */
  isRestricted: z.boolean(),
  /** Whether its balance is paid out, so that no transfer to it can be reversed. */
  isEmpty: z.boolean().default(false),
});

export const accountLinkRecord = z.object({
  object: z.literal('account_link'),
  id: z.string(),
  created: seconds,
  expiresAt: seconds,
  account: z.string(),
  refreshUrl: z.string(),
  returnUrl: z.string(),
  isUsed: z.boolean(),
});

export const transferRecord = z.object({
  object: z.literal('transfer'),
  id: z.string(),
  created: seconds,
  amount: z.number().int(),
  amountReversed: z.number().int(),
  currency: z.string(),
  balanceTransaction: z.string(),
  description: optionalText,
  destination: z.string(),
  destinationPayment: z.string(),
  metadata,
  reversals: z.array(z.string()),
  sourceTransaction: optionalText,
  transferGroup: optionalText,
});

export const transferReversalRecord = z.object({
  object: z.literal('transfer_reversal'),
  id: z.string(),
  created: seconds,
  amount: z.number().int(),
  currency: z.string(),
  balanceTransaction: z.string(),
  metadata,
  transfer: z.string(),
});

export type Account = z.infer<typeof accountRecord>;
export type AccountLink = z.infer<typeof accountLinkRecord>;
export type Transfer = z.infer<typeof transferRecord>;
export type TransferReversal = z.infer<typeof transferReversalRecord>;

/** Whether transfers to the account are possible. */
export const acceptsTransfers = (account: Account): boolean => account.detailsSubmitted && !account.isRestricted;
