/** A change of one source file while it is bundled; `find` stands in it exactly once. */
export interface SourceEdit {
  /** From the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replacement: string;
}

/** Something that keeps the promises of the product, and how to take it out. */
export const guards = {
  uniqueIndex: {
    title: "unique index on a ticket's orders",
    edits: [
      {
        file: 'orders/src/models/order.ts',
        find: '      unique: true,\n      partialFilterExpression: { status: { $in: [...liveStatuses] } },\n',
        replacement: '',
      },
    ],
  },
  holderInClaim: {
    title: 'holder in the claim',
    edits: [
      {
        file: 'tickets/src/commands/claim-tickets.ts',
        find: "          availability: 'on_sale' as const,\n",
        replacement: '',
      },
    ],
  },
  revisionInClaim: {
    title: 'revision in the claim',
    edits: [
      {
        file: 'tickets/src/commands/claim-tickets.ts',
        find: '          revision: order.ticket.revision,\n',
        replacement: '',
      },
    ],
  },
  closedOrders: {
    title: 'fence against a late claim (`closedOrders`)',
    edits: [
      {
        file: 'tickets/src/commands/claim-tickets.ts',
        find: "          'closedOrders.id': { $ne: order.id },\n        },\n        set: { orderId",
        replacement: '        },\n        set: { orderId',
      },
    ],
  },
  stuckTickets: {
    title: 'ended orders are republished while a ticket is held for them',
    edits: [
      {
        file: 'orders/src/service.ts',
        find: "repair('stuck tickets', stuckTicketsCheckMs, createStuckTicketsRepair(deps)),",
        replacement: "repair('stuck tickets', stuckTicketsCheckMs, async () => 0),",
      },
    ],
  },
  holderInRelease: {
    title: 'holder in the release',
    edits: [
      {
        file: 'tickets/src/commands/release-tickets.ts',
        find: "filter: { _id: order.ticket.id, orderId: order.id, availability: 'held' as const }",
        replacement: "filter: { _id: order.ticket.id, availability: 'held' as const }",
      },
    ],
  },
  statusInCancel: {
    title: 'status in the cancellation',
    edits: [
      {
        file: 'orders/src/commands/cancel-order.ts',
        find: "filter: { _id: request.orderId, status: { $in: [...(request.onlyFrom ?? statusesBefore('cancelled'))] } }",
        replacement: 'filter: { _id: request.orderId }',
      },
    ],
  },
  onePaymentIntent: {
    title: 'one PaymentIntent per order',
    edits: [
      {
        file: 'payments/src/gateways/stripe/gateway.ts',
        find: 'idempotencyKey: orderId }',
        replacement: 'idempotencyKey: `${orderId}:${performance.now()}` }',
      },
    ],
  },
  attemptClaim: {
    title: 'claim of an attempt',
    edits: [
      {
        file: 'payments/src/commands/pay/claim-attempt.ts',
        find: '  openAttempt: { $exists: false },\n',
        replacement: '',
      },
      {
        file: 'payments/src/commands/pay/claim-attempt.ts',
        find: 'filter: { ...payable(request, now), status: { $exists: false } }',
        replacement: 'filter: payable(request, now)',
      },
    ],
  },
  attemptKey: {
    title: 'idempotency key of an attempt',
    edits: [
      {
        file: 'payments/src/gateways/stripe/gateway.ts',
        find: 'idempotencyKey: `${orderId}:${number}` }',
        replacement: 'idempotencyKey: `${orderId}:${number}:${performance.now()}` }',
      },
    ],
  },
  outboxSweep: {
    title: 'sweep of the outbox',
    edits: [
      {
        file: 'common/src/messaging/aggregates/relay.ts',
        find: '      this.#every(this.#periodMs, () => this.#sweep()),\n',
        replacement: '',
      },
    ],
  },
  applyIfNewer: {
    title: 'only newer states are copied',
    edits: [
      {
        file: 'common/src/messaging/aggregates/apply-if-newer.ts',
        find: '{ $lt: [{ $ifNull: [`$${field}.version`, -1] }, state.version] },',
        replacement: 'true,',
      },
    ],
  },
  majority: {
    title: '`majority`, in writing and reading',
    edits: [
      {
        file: 'common/src/mongo/database.ts',
        find: "      writeConcern: { w: 'majority' },\n      readConcern: { level: 'majority' },\n",
        replacement: "      writeConcern: { w: 1, j: false },\n      readConcern: { level: 'local' },\n",
      },
    ],
  },
  expirySweep: {
    title: 'sweep of due timers',
    edits: [
      {
        file: 'expiration/src/service.ts',
        find: "      () => periodically({ name: 'due timers', periodMs: sweepMs, logger }, () => ringDueTimers(deps)),\n",
        replacement: '',
      },
    ],
  },
  overdueOrders: {
    title: 'cancellation of overdue orders',
    edits: [
      {
        file: 'orders/src/commands/cancel-overdue-orders.ts',
        find: 'const overdueMs = 60_000;',
        replacement: 'const overdueMs = 1e12;',
      },
    ],
  },
} as const satisfies Record<string, { readonly title: string; readonly edits: readonly SourceEdit[] }>;

export type GuardName = keyof typeof guards;

/** A run without some guards, and what must come of it. */
export interface Control {
  readonly name: string;
  /** What is taken out: one guard, or one with those that back it up. */
  readonly without: readonly GuardName[];
  /** The audit must name one of these checks; `acknowledged` stands for what was acknowledged and got lost. */
  readonly caughtBy?: readonly string[];
  /** Or nothing happens, because of a backup, whose counter must have moved. */
  readonly backedUpBy?: { readonly guard: string; readonly counter: string };
}

export const titlesOf = (control: Control): string => control.without.map((name) => guards[name].title).join(' + ');

export const editsOf = (control: Control): SourceEdit[] => control.without.flatMap((name) => [...guards[name].edits]);

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
    backedUpBy: { guard: 'one PaymentIntent per order', counter: 'attempts_refused_by_stripe_total' },
  },
  {
    name: 'one-payment-intent',
    without: ['onePaymentIntent'],
    backedUpBy: {
      guard: 'claim of an attempt',
      counter: 'http_request_duration_seconds_count{method="POST",route="/api/payments",status="409"}',
    },
  },
  {
    name: 'one-payment-intent-and-both-guards-of-attempts',
    without: ['onePaymentIntent', 'attemptClaim', 'attemptKey'],
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
    backedUpBy: { guard: 'cancellation of overdue orders', counter: 'overdue_orders_cancelled_total' },
  },
  {
    name: 'expiry-sweep-and-overdue-orders',
    without: ['expirySweep', 'overdueOrders'],
    caughtBy: ['hold-ends-at-deadline'],
  },
];
