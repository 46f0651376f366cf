/** A change to one source file while it is bundled. `find` must occur in it exactly once. */
export interface SourceEdit {
  /** From the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replacement: string;
}

/** Lines that protect the product's invariants, with the edits that remove them. */
export const guards = {
  uniqueIndex: {
    title: "unique indexes on a ticket's orders",
    edits: [
      {
        file: 'orders/src/models/order.ts',
        find: '      unique: true,\n      partialFilterExpression: { status: { $in: [...liveStatuses] } },\n',
        replacement: '',
      },
      {
        file: 'orders/src/models/order.ts',
        find: '      unique: true,\n      partialFilterExpression: { keepsTicket: true },\n',
        replacement: '      partialFilterExpression: { keepsTicket: true },\n',
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
        find: "          'closedOrders.id': { $ne: order.id },\n        },\n        set: {\n          orderId",
        replacement: '        },\n        set: {\n          orderId',
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
        find: 'filter: { _id: request.orderId, status: { $in: [...(request.onlyFrom ?? unpaidStatuses)] } }',
        replacement: 'filter: { _id: request.orderId }',
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
        find: 'idempotencyKey: number === 1 ? orderId : `${orderId}:${number}`,',
        replacement: 'idempotencyKey: `${orderId}:${number}:${performance.now()}`,',
      },
    ],
  },
  outboxSweep: {
    title: 'sweep of the outbox',
    edits: [
      {
        file: 'common/src/messaging/aggregates/relay.ts',
        find: 'const sweep = this.#sweep();',
        replacement: 'const sweep = Promise.resolve();',
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
        find: "      writeConcern: { w: 'majority', wtimeoutMS: majorityTimeoutMs },\n      readConcern: { level: 'majority' },\n",
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
    title: 'sweep of overdue orders',
    edits: [
      {
        file: 'orders/src/commands/close-overdue-orders.ts',
        find: 'const overdueMs = 500;',
        replacement: 'const overdueMs = 1e12;',
      },
    ],
  },
  closing: {
    title: 'payments is asked before an order expires',
    edits: [
      {
        file: 'orders/src/commands/end-unpaid-orders.ts',
        find: '      set: { closing: reason, closingQuestion: firstQuestion(now) },\n      event: orderUpdated,\n',
        replacement: "      set: { status: 'cancelled' as const, reason },\n      event: orderCancelled,\n",
      },
    ],
  },
  codeOwner: {
    title: 'owner of a code in its reservation',
    edits: [
      {
        file: 'tickets/src/commands/upload-file.ts',
        find: 'filter: { _id, ticketId }, update: { $set: { ticketId } }',
        replacement: 'filter: { _id }, update: { $set: { ticketId } }',
      },
    ],
  },
  failedDelivery: {
    title: 'no delivery after the deadline',
    edits: [
      {
        file: 'tickets/src/domain/file-purpose.ts',
        find: "  if (ticket.deliveryFailedAt !== undefined) throw new BadRequestError('The time for the delivery is over');\n",
        replacement: '',
      },
    ],
  },
  overdueDeliveries: {
    title: 'end of overdue deliveries',
    edits: [
      {
        file: 'tickets/src/commands/fail-overdue-deliveries.ts',
        find: 'const due = { dueAt: { $lte: now } };',
        replacement: 'const due = { dueAt: { $lte: new Date(0) } };',
      },
    ],
  },
  lostEvents: {
    title: 'what has changed is republished when NATS has lost events',
    edits: [
      {
        file: 'common/src/messaging/stream/loss-check.ts',
        find: '      await requestRepublication(deps.republications, { _id: `lost-${cause}`, requestedAt: now(), since });\n',
        replacement: '',
      },
    ],
  },
  mailIds: {
    title: 'one job for each id of a mail',
    edits: [
      {
        file: 'common/src/mail/mail-queue.ts',
        find: 'filter: { _id: id },\n            update: { $setOnInsert: isObsolete',
        replacement: 'filter: { _id: `${id}:${performance.now()}` },\n            update: { $setOnInsert: isObsolete',
      },
    ],
  },
  endedSession: {
    title: 'ended sessions are refused before their tokens expire',
    edits: [
      {
        file: 'common/src/http/sessions/session-cookie.ts',
        find: 'if (user !== undefined && !guard.isEnded(user)) req.currentUser',
        replacement: 'if (user !== undefined) req.currentUser',
      },
    ],
  },
  shownChange: {
    title: 'streams show what their service hears of',
    edits: [
      {
        file: 'common/src/service/follow-while-used.ts',
        find: '          if (id !== undefined) audience.changed(id, body);\n',
        replacement: '',
      },
    ],
  },
} as const satisfies Record<string, { readonly title: string; readonly edits: readonly SourceEdit[] }>;

export type GuardName = keyof typeof guards;
