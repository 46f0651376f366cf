import { guards, type GuardName, type SourceEdit } from './guards.ts';

/** A run without some guards, and the damage that it must show. */
export interface Control {
  readonly name: string;
  /** The removed guards: one, or one together with the guards that back it up. */
  readonly without: readonly GuardName[];
  /** One of these checks must fail: of the audit, or of what users were promised (`Loss`). */
  readonly caughtBy?: readonly string[];
  /** No check fails because of this other guard, whose counter must have increased. */
  readonly backedUpBy?: { readonly guard: string; readonly counter: string };
}

export const titlesOf = (control: Pick<Control, 'without'>): string =>
  control.without.map((name) => guards[name].title).join(' + ');

export const editsOf = (control: Pick<Control, 'without'>): SourceEdit[] =>
  control.without.flatMap((name) => [...guards[name].edits]);

export const controls: readonly Control[] = [
  {
    name: 'unique-index',
    without: ['uniqueIndex'],
    backedUpBy: { guard: 'holder in the claim', counter: 'claims_refused_total{reason="unavailable"}' },
  },
  {
    name: 'unique-index-and-holder-in-claim',
    without: ['uniqueIndex', 'holderInClaim'],
    caughtBy: ['one-live-order-per-ticket', 'one-complete-order-per-ticket'],
  },
  { name: 'revision-in-claim', without: ['revisionInClaim'], caughtBy: ['held-price-is-order-price'] },
  {
    name: 'closed-orders',
    without: ['closedOrders'],
    backedUpBy: { guard: guards.stuckTickets.title, counter: 'orders_republished_total' },
  },
  {
    name: 'closed-orders-and-stuck-tickets',
    without: ['closedOrders', 'stuckTickets'],
    caughtBy: ['held-ticket-has-live-order'],
  },
  { name: 'holder-in-release', without: ['holderInRelease'], caughtBy: ['live-order-has-ticket'] },
  {
    name: 'status-in-cancel',
    without: ['statusInCancel'],
    caughtBy: ['sold-ticket-has-complete-order', 'legal-order-state'],
  },
  {
    name: 'attempt-claim',
    without: ['attemptClaim'],
    backedUpBy: { guard: guards.attemptKey.title, counter: 'attempts_refused_by_stripe_total' },
  },
  {
    name: 'attempt-claim-and-attempt-key',
    without: ['attemptClaim', 'attemptKey'],
    caughtBy: ['one-charge-per-order'],
  },
  { name: 'outbox-sweep', without: ['outboxSweep'], caughtBy: ['nothing-unpublished'] },
  {
    name: 'apply-if-newer',
    without: ['applyIfNewer'],
    caughtBy: ['ticket-copies-are-true', 'order-copies-are-true'],
  },
  {
    name: 'majority',
    without: ['majority'],
    caughtBy: ['acknowledged', 'ticket-copies-are-true', 'order-copies-are-true'],
  },
  {
    name: 'expiry-sweep',
    without: ['expirySweep'],
    backedUpBy: { guard: guards.overdueOrders.title, counter: 'overdue_orders_ended_total' },
  },
  {
    name: 'expiry-sweep-and-overdue-orders',
    without: ['expirySweep', 'overdueOrders'],
    caughtBy: ['hold-ends-at-deadline'],
  },
  { name: 'code-owner', without: ['codeOwner'], caughtBy: ['one-ticket-per-code'] },
  { name: 'failed-delivery', without: ['failedDelivery'], caughtBy: ['delivery-is-decided-in-time'] },
  { name: 'overdue-deliveries', without: ['overdueDeliveries'], caughtBy: ['delivery-is-decided-in-time'] },
  {
    name: 'lost-events',
    without: ['lostEvents'],
    caughtBy: ['ticket-copies-are-true', 'order-copies-are-true', 'timer-follows-order', 'sale-is-mailed'],
  },
  { name: 'ended-session', without: ['endedSession'], caughtBy: ['sessions'] },
  { name: 'shown-change', without: ['shownChange'], caughtBy: ['streams', 'late-streams'] },
  { name: 'closing', without: ['closing'], caughtBy: ['acknowledged', 'paid-order-is-kept'] },
];

/** Controls of `npm run chaos:mail`: more than one mail in a thousand must be sent twice. */
export const mailControls: readonly Pick<Control, 'name' | 'without'>[] = [{ name: 'mail-ids', without: ['mailIds'] }];
