import type { Taken } from './money-state.ts';
import type { Charge, Entry, Line } from './payment.ts';

/** The accounts of the ledger, in the words of its documentation; a seller has two. */
const stripe = 'stripe';
const fees = 'fees';
const buyers = 'buyers';
const disputes = 'disputes';
const losses = 'losses';
const outsideStripe = 'outside_stripe';

/** The account of the seller that has the proceeds of a sale. An order of the first release names no seller. */
export const sellerAccount = ({ order, releasedAt }: Pick<Charge, 'order' | 'releasedAt'>): string =>
  `seller:${order.sellerId ?? 'unknown'}:${releasedAt === undefined ? 'held' : 'available'}`;

/** @throws when the lines do not sum to zero, which would be a bug. */
const entry = (id: string, at: Date, amounts: Readonly<Record<string, number>>): Entry[] => {
  const lines: Line[] = Object.entries(amounts)
    .filter(([, amount]) => amount !== 0)
    .map(([account, amount]) => ({ account, amount }));
  const sum = lines.reduce((total, { amount }) => total + amount, 0);
  if (sum !== 0) throw new Error(`The ledger entry ${id} is off by ${sum}`);
  return lines.length === 0 ? [] : [{ id, at, lines }];
};

interface Moved {
  readonly at: Date;
  /** Minor units. */
  readonly amount: number;
}

interface Cause {
  /** Of the refund, the dispute, the transfer or the reversal. */
  readonly id: string;
}

/**
 * The entries of each movement of money. Debits are positive: `stripe` is what we have at Stripe, and the others are mostly
 * what we owe, so they are negative. Stripe's own fees are in none of them.
 */
export const entries = {
  /** A sale was paid. */
  sale: (charge: Charge, { at, amount, fee }: Moved & { readonly fee: number }): Entry[] => {
    const seller = sellerAccount(charge);
    return [
      ...entry(`charge:${charge._id}`, at, { [stripe]: amount, [seller]: -amount }),
      ...entry(`fee:${charge._id}`, at, { [seller]: fee, [fees]: -fee }),
    ];
  },

  /** Money came for an order that had ended: it belongs to the buyer. */
  lateMoney: ({ _id }: Pick<Charge, '_id'>, { at, amount }: Moved): Entry[] =>
    entry(`charge:${_id}`, at, { [stripe]: amount, [buyers]: -amount }),

  /** The buyer got money back: what was owed first, then from the sale, whose fee falls by `feeBack`. */
  refund: (charge: Charge, { id, at, amount, owed, left, losses: lost, feeBack }: Moved & Cause & Taken): Entry[] => {
    const seller = sellerAccount(charge);
    return [
      ...entry(`refund:${id}`, at, { [stripe]: -amount, [buyers]: owed, [seller]: left, [losses]: lost }),
      ...entry(`fee-back:${id}`, at, { [fees]: feeBack, [seller]: -feeBack }),
    ];
  },

  /** The bank sent a refund back. The money is still the buyer's, unless it was lost before. */
  refundFailed: ({ id, at, amount, owed, losses: lost }: Moved & Cause & Pick<Taken, 'owed' | 'losses'>): Entry[] =>
    entry(`refund-failed:${id}`, at, { [stripe]: amount, [buyers]: owed, [losses]: lost }),

  /** What we owed was returned to the buyer outside Stripe. */
  returnedOutsideStripe: ({ id, at, amount }: Moved & Cause): Entry[] =>
    entry(`returned-outside-stripe:${id}`, at, { [buyers]: amount, [outsideStripe]: -amount }),

  /** What is left of a sale became money that we owe to the buyer. */
  owed: (charge: Charge, { cause, at }: { readonly cause: string; readonly at: Date }): Entry[] => {
    const { _id, left = 0, fee = 0 } = charge;
    return entry(`${cause}:${_id}`, at, { [sellerAccount(charge)]: left - fee, [fees]: fee, [buyers]: -left });
  },

  /** The bank withdrew money until it has decided (negative), or gave it back. */
  disputeMoved: ({ id, cause, at, amount }: Moved & Cause & { readonly cause: string }): Entry[] =>
    entry(`dispute:${id}:${cause}`, at, { [stripe]: amount, [disputes]: -amount }),

  /** It decided that withdrawn money is gone (or, negative, after all not). */
  disputeDecided: (
    charge: Charge,
    {
      id,
      cause,
      at,
      owed,
      left,
      losses: lost,
      feeBack,
    }: Omit<Moved, 'amount'> & Cause & Taken & { readonly cause: string },
  ): Entry[] =>
    entry(`dispute:${id}:${cause}`, at, {
      [disputes]: 0 - (owed + left + lost),
      [buyers]: owed,
      [sellerAccount(charge)]: left - feeBack,
      [fees]: feeBack,
      [losses]: lost,
    }),

  /** The proceeds became the seller's. `charge` is as it was before. */
  release: (charge: Charge, { at, amount }: Moved): Entry[] => {
    const { releasedAt: _, ...held } = charge;
    return entry(`release:${charge._id}`, at, {
      [sellerAccount(held)]: amount,
      [sellerAccount({ ...charge, releasedAt: at })]: -amount,
    });
  },

  /** They were sent to the seller's account at Stripe. */
  transfer: (charge: Charge, { id, at, amount }: Moved & Cause): Entry[] =>
    entry(`transfer:${id}`, at, { [sellerAccount(charge)]: amount, [stripe]: -amount }),

  /** They were taken back from there. */
  reversal: (charge: Charge, { id, at, amount }: Moved & Cause): Entry[] =>
    entry(`reversal:${id}`, at, { [stripe]: amount, [sellerAccount(charge)]: -amount }),
};
