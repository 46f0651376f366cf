import * as z from 'zod/mini';
import type { PeriodUnit } from '../domain/period.ts';
import type { SaleState } from '../domain/sale.ts';

// Browsers load this file too.

/** The account that a seller is paid to, as HTTP shows it. */
export const payoutAccountShape = z
  .object({
    status: z
      .enum(['none', 'pending', 'ready'])
      .check(z.describe('`pending` until Stripe knows all that it needs, and while it restricts the account')),
  })
  .register(z.globalRegistry, { id: 'PayoutAccount' });

export const onboardingShape = z.object({
  url: z.string().check(z.describe('Can be opened once, for some minutes')),
});

const time = z.iso.datetime();

const saleStates = ['held', 'available', 'paid_out', 'refunded', 'disputed'] as const satisfies readonly SaleState[];

/** A sold ticket, as HTTP shows it to its seller. Money is in major units. */
export const saleShape = z
  .object({
    orderId: z.string(),
    ticketId: z.string(),
    title: z.string(),
    price: z.number(),
    fee: z.number().check(z.describe('Of what was not returned to the buyer')),
    proceeds: z.number().check(z.describe('What was not returned, less the fee')),
    currency: z.string(),
    state: z.enum(saleStates),
    availableAt: z.optional(time),
    paidOutAt: z.optional(time),
    refunded: z.optional(z.number().check(z.describe('Returned to the buyer, or lost in a dispute'))),
  })
  .register(z.globalRegistry, { id: 'Sale' });

export const salesShape = z.array(saleShape);

/** A seller's money in major units. */
export const balanceShape = z
  .object({
    currency: z.string(),
    held: z.number().check(z.describe('Not released yet, or disputed')),
    available: z
      .number()
      .check(z.describe('Released and not paid out; negative while the seller owes what was refunded afterwards')),
    paidOut: z.number(),
    nextRelease: z.optional(z.object({ at: time, amount: z.number() })),
  })
  .register(z.globalRegistry, { id: 'Balance' });

/** What one bar of a plot of sales stands for. */
const periodUnits = ['day', 'week', 'month', 'year'] as const satisfies readonly PeriodUnit[];

const sold = {
  sales: z.int().check(z.minimum(0)),
  proceeds: z.number().check(z.describe('What was not returned, less the fee, in major units')),
};

export const salesOfStateShape = z.object({ state: z.enum(saleStates), ...sold });

/** All sales of a seller, counted by their state and over time. */
export const salesSummaryShape = z
  .object({
    currency: z.string(),
    ...sold,
    states: z.array(salesOfStateShape).check(z.describe('Those that have sales')),
    unit: z
      .enum(periodUnits)
      .check(z.describe('Of `periods`: the finest that makes at most 37 from the first sale to now')),
    periods: z
      .array(z.object({ from: z.iso.date().check(z.describe('Its first day')), ...sold }))
      .check(z.describe('Those that have sales, the oldest first. Days are those of UTC; weeks begin on Mondays')),
  })
  .register(z.globalRegistry, { id: 'SalesSummary' });
