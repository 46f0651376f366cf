import { paidOutOf, proceedsOf, saleStateOf, type Sale } from './sale.ts';

/** A seller's money, in minor units. */
export interface Balance {
  /** Not released yet, or disputed. */
  readonly held: number;
  /** Released and not sent. Negative while the seller owes what was refunded after it was sent. */
  readonly available: number;
  readonly paidOut: number;
  /** When the next proceeds are released, and how much becomes available then. */
  readonly nextRelease?: { readonly at: Date; readonly amount: number };
}

export const emptyBalance: Balance = { held: 0, available: 0, paidOut: 0 };

/** The balance with one more sale. */
export const addSale = (balance: Balance, sale: Sale & { readonly availableAt?: Date | undefined }): Balance => {
  const paidOut = paidOutOf(sale);
  const due = proceedsOf(sale) - paidOut;
  const isReleased = sale.releasedAt !== undefined;
  const isDisputed = saleStateOf(sale) === 'disputed';
  const next = due > 0 && !isReleased && !isDisputed ? sale.availableAt : undefined;
  return {
    ...withRelease(balance, next, due),
    held: balance.held + (isReleased && !isDisputed ? 0 : due),
    available: balance.available + (isReleased && !isDisputed ? due : 0),
    paidOut: balance.paidOut + paidOut,
  };
};

const withRelease = (balance: Balance, at: Date | undefined, amount: number): Balance => {
  const { nextRelease } = balance;
  if (at === undefined || (nextRelease !== undefined && nextRelease.at < at)) return balance;
  const others = nextRelease?.at.getTime() === at.getTime() ? nextRelease.amount : 0;
  return { ...balance, nextRelease: { at, amount: others + amount } };
};
