import type { Charge, Dispute, Lookup, PaymentIntent, Refund, StripeRecord } from '../domain/records.ts';
import { StripeError } from '../stripe-error.ts';
import { accountLinkObject, accountObject } from './account.ts';
import { balanceTransactionObject } from './balance-transaction.ts';
import { chargeObject } from './charge.ts';
import { authenticationErrorObject, declineObject, paymentIntentObject } from './payment-intent.ts';
import { disputeObject } from './dispute.ts';
import { paymentMethodObject } from './payment-method.ts';
import { refundObject } from './refund.ts';
import { transferObject, transferReversalObject } from './transfer.ts';

type Kind = StripeRecord['object'];

/** What `expand` may name, and what it leads to. */
const expandable: Readonly<Record<Kind, Readonly<Record<string, Kind>>>> = {
  payment_intent: { latest_charge: 'charge', payment_method: 'payment_method' },
  charge: { payment_intent: 'payment_intent' },
  refund: {
    charge: 'charge',
    payment_intent: 'payment_intent',
    failure_balance_transaction: 'balance_transaction',
  },
  payment_method: {},
  dispute: { charge: 'charge', payment_intent: 'payment_intent' },
  balance_transaction: {},
  account: {},
  account_link: {},
  transfer: {},
  transfer_reversal: {},
};

const deepest = 4;

/**
 * Refuses what cannot be expanded, before anything is done.
 * @throws StripeError 400
 */
export const checkExpand = (kind: Kind, paths: readonly string[]): void => {
  for (const path of paths) {
    const steps = path.split('.');
    let at: Kind | undefined = kind;
    for (const step of steps) {
      at = at !== undefined && Object.hasOwn(expandable[at], step) ? expandable[at][step] : undefined;
    }
    if (at === undefined || steps.length > deepest) {
      throw new StripeError(400, { message: `This property cannot be expanded (${path}).`, param: 'expand' });
    }
  }
};

const below = (paths: readonly string[], step: string): readonly string[] =>
  paths.filter((path) => path.startsWith(`${step}.`)).map((path) => path.slice(step.length + 1));

const expands = (paths: readonly string[], step: string): boolean =>
  paths.some((path) => path === step || path.startsWith(`${step}.`));

const found = <T>(value: T | undefined, id: string): T => {
  if (value === undefined) throw new Error(`the store has no ${id}`);
  return value;
};

const charge = (lookup: Lookup, row: Charge, expand: readonly string[]): unknown => {
  const intent = expands(expand, 'payment_intent')
    ? paymentIntent(
        lookup,
        found(lookup.paymentIntent(row.paymentIntent), row.paymentIntent),
        below(expand, 'payment_intent'),
      )
    : row.paymentIntent;
  return chargeObject(row, found(lookup.paymentMethod(row.paymentMethod), row.paymentMethod), intent);
};

const lastError = (lookup: Lookup, row: PaymentIntent): unknown => {
  const method = (id: string) => found(lookup.paymentMethod(id), id);
  if (row.failedAuthentication !== null) {
    return authenticationErrorObject(row.failedAuthentication, method(row.failedAuthentication.paymentMethod));
  }
  if (row.failedCharge === null) return null;
  const failed = found(lookup.charge(row.failedCharge), row.failedCharge);
  return declineObject(failed, method(failed.paymentMethod));
};

const paymentIntent = (lookup: Lookup, row: PaymentIntent, expand: readonly string[]): unknown => {
  const related = {
    lastError: lastError(lookup, row),
    latestCharge:
      row.latestCharge !== null && expands(expand, 'latest_charge')
        ? charge(lookup, found(lookup.charge(row.latestCharge), row.latestCharge), below(expand, 'latest_charge'))
        : row.latestCharge,
    paymentMethod:
      row.paymentMethod !== null && expands(expand, 'payment_method')
        ? paymentMethodObject(found(lookup.paymentMethod(row.paymentMethod), row.paymentMethod))
        : row.paymentMethod,
  };
  return paymentIntentObject(row, related, lookup.publicUrl());
};

/** The charge and the PaymentIntent of a refund or a dispute: ids, or objects where they are expanded. */
const payment = (lookup: Lookup, row: Refund | Dispute, expand: readonly string[]) => ({
  charge: expands(expand, 'charge')
    ? charge(lookup, found(lookup.charge(row.charge), row.charge), below(expand, 'charge'))
    : row.charge,
  paymentIntent: expands(expand, 'payment_intent')
    ? paymentIntent(
        lookup,
        found(lookup.paymentIntent(row.paymentIntent), row.paymentIntent),
        below(expand, 'payment_intent'),
      )
    : row.paymentIntent,
});

const refund = (lookup: Lookup, row: Refund, expand: readonly string[]): unknown => {
  const { failureBalanceTransaction: id } = row;
  const failure =
    id !== null && expands(expand, 'failure_balance_transaction')
      ? balanceTransactionObject(found(lookup.balanceTransaction(id), id))
      : id;
  return refundObject(row, { ...payment(lookup, row, expand), failure });
};

const dispute = (lookup: Lookup, row: Dispute, expand: readonly string[]): unknown => {
  const disputed = found(lookup.charge(row.charge), row.charge);
  return disputeObject(
    row,
    found(lookup.paymentMethod(disputed.paymentMethod), disputed.paymentMethod),
    row.balanceTransactions.map((id) => found(lookup.balanceTransaction(id), id)),
    payment(lookup, row, expand),
  );
};

/** A record as Stripe shows it. `expand` has passed `checkExpand`. */
export const render = (lookup: Lookup, row: StripeRecord, expand: readonly string[] = []): unknown => {
  switch (row.object) {
    case 'payment_intent':
      return paymentIntent(lookup, row, expand);
    case 'charge':
      return charge(lookup, row, expand);
    case 'refund':
      return refund(lookup, row, expand);
    case 'payment_method':
      return paymentMethodObject(row);
    case 'dispute':
      return dispute(lookup, row, expand);
    case 'balance_transaction':
      return balanceTransactionObject(row);
    case 'account':
      return accountObject(row);
    case 'account_link':
      return accountLinkObject(row, lookup.publicUrl());
    case 'transfer':
      return transferObject(
        row,
        row.reversals.map((id) => found(lookup.transferReversal(id), id)),
      );
    case 'transfer_reversal':
      return transferReversalObject(row);
  }
};
