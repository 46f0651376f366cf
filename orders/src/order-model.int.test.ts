import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  chargeClosed,
  chargeUpdated,
  orderExpired,
  ticketClaimRefused,
  ticketUpdated,
  userClosed,
  type CancelReason,
  type OrderStatus,
  type TicketState,
} from '@ticketing/common/events';
import { currencyOf } from '@ticketing/common/money';
import { newId } from '@ticketing/common/mongo';
import { Metrics } from '@ticketing/common/service';
import { call, createModelDriver, deliver, event, stepsOf, type Stage, type Step } from '@ticketing/common/testing';
import * as fc from 'fast-check';
import { cancelOwnOrder } from './commands/cancel-own-order.ts';
import { closeOverdueOrders } from './commands/close-overdue-orders.ts';
import { createOrder } from './commands/create-order.ts';
import { reportProblem } from './commands/report-problem.ts';
import type { Deps } from './deps.ts';
import { openMetrics } from './metrics.ts';
import { collections, openModels, type OrderDocument, type TicketCopy } from './models/open-models.ts';
import { subscriptions } from './subscriptions.ts';

// One ticket, its buyers, and the events of tickets, payments and expiration in any order, any number of times, alone,
// in batches and concurrent with requests of buyers. The orders must be what plain sequential orders would be.

const clock = { ms: Date.UTC(2030, 0, 1) };
const now = () => new Date(clock.ms);
const windowSeconds = 900;
const overdueMs = 501;
const deliveryMs = { max: 240_000, min: 120_000 };

interface Order {
  readonly id: string;
  readonly price: number;
  readonly ticket: OrderDocument['ticket'];
  readonly expiresAt: number;
  status: OrderStatus;
  reason: CancelReason | undefined;
  closing: CancelReason | undefined;
  /** Whether it was refunded after its payment, or not delivered. */
  wasComplete: boolean;
  /** When its buyer has reported problems, oldest first. */
  readonly reports: number[];
  /** The last report, until it is settled or the order is cancelled. */
  problemAt: number | undefined;
  /** Whether the seller has the money. */
  isReleased: boolean;
  delivery: { readonly status: 'pending' | 'delivered' | 'failed'; readonly dueAt: number | undefined } | undefined;
  version: number;
}

interface World extends Stage<Deps> {
  readonly ticketId: string;
  /** Every state of the ticket, by version, as tickets publishes it in events that may arrive at any time. */
  readonly source: [TicketState, ...TicketState[]];
  newestReceived: number;
  /** The copy of the ticket, and what it was before the last step. */
  copy: TicketState | undefined;
  copyBefore: TicketState | undefined;
  /** Numbered from 0 in order of creation; a command for an order that does not exist does nothing. */
  readonly orders: Order[];
  /** Whether the buyer's account is closed. */
  isClosed: boolean;
}

type Effect = 'none' | 'changed';

interface Intent {
  readonly kind: 'order' | 'cancel' | 'report' | 'event' | 'repair';
  readonly targets: readonly Order[];
  readonly apply: (order: Order) => Effect;
  /** What the event tells that is stored without a new version, so that no entry of an outbox shows it. */
  readonly note?: (order: Order) => void;
  /** A concurrent command may make an effect possible that was not when this one ran. */
  readonly mayComeTooEarly?: boolean;
  /** Outcome of a request that runs alone. */
  readonly wanted?: string;
  /** Whether the ticket was taken when the request began. */
  readonly wasTaken?: boolean;
}

const isUnpaid = ({ status }: Order) => status === 'created' || status === 'awaiting:payment';

/** The model: orders in memory, changed by one command at a time. */
const move = (order: Order, status: OrderStatus, reason?: CancelReason): Effect => {
  Object.assign(order, { status, reason, version: order.version + 1 });
  return 'changed';
};
const cancel = (order: Order, reason: CancelReason): Effect =>
  isUnpaid(order) ? move(order, 'cancelled', reason) : 'none';
const undo = (order: Order): Effect => {
  if (order.status === 'cancelled') return 'none';
  order.wasComplete = true;
  order.problemAt = undefined;
  return move(order, 'cancelled', 'refunded');
};
const report = (order: Order): Effect => {
  if (order.status !== 'complete' || order.isReleased) return 'none';
  const at = Math.max(clock.ms, (order.reports.at(-1) ?? 0) + 1);
  order.reports.push(at);
  order.problemAt = at;
  return move(order, order.status);
};
const release = (order: Order): void => {
  order.isReleased = true;
};
/** Payments asks before it releases the proceeds; `settled`: up to which report an operator has settled the problem. */
const agree = (order: Order, settled: number): Effect => {
  const { status, isReleased, problemAt = 0, delivery } = order;
  if (status !== 'complete' || isReleased || problemAt > settled || delivery?.status === 'pending') return 'none';
  order.isReleased = true;
  order.problemAt = undefined;
  return move(order, status);
};
const settle = (order: Order, upTo: number): void => {
  if (order.problemAt !== undefined && order.problemAt <= upTo) order.problemAt = undefined;
};
const confirm = (order: Order): Effect => (order.status === 'created' ? move(order, 'awaiting:payment') : 'none');
const complete = (order: Order): Effect => {
  if (order.status !== 'awaiting:payment') return 'none';
  order.delivery = { status: 'pending', dueAt: clock.ms + deliveryMs.max };
  return move(order, 'complete');
};
/** What a sold ticket's state says of its delivery. */
const showDelivery = (order: Order, state: TicketState): Effect => {
  const { delivery } = order;
  if (order.status !== 'complete') return 'none';
  if (state.deliveryFailedAt !== undefined) {
    order.delivery = { status: 'failed', dueAt: delivery?.dueAt };
    order.wasComplete = true;
    order.problemAt = undefined;
    return move(order, 'cancelled', 'not_delivered');
  }
  if (state.deliveredAt !== undefined) {
    if (delivery?.status === 'delivered') return 'none';
    order.delivery = { status: 'delivered', dueAt: delivery?.dueAt };
    return move(order, order.status);
  }
  const dueAt = state.dueAt === undefined ? 0 : Date.parse(state.dueAt);
  if (delivery?.status !== 'pending' || dueAt <= (delivery.dueAt ?? 0)) return 'none';
  order.delivery = { status: 'pending', dueAt };
  return move(order, order.status);
};
const refuse = (order: Order): Effect => (order.status === 'created' ? cancel(order, 'price_changed') : 'none');
const expire = (order: Order): Effect => {
  if (order.expiresAt > clock.ms || order.closing !== undefined) return 'none';
  if (order.status !== 'awaiting:payment') return cancel(order, 'expired');
  order.closing = 'expired';
  return move(order, order.status);
};
/** The buyer's account is closed. */
const endOfAccount = (order: Order): Effect => {
  if (order.status === 'created') return cancel(order, 'account_closed');
  if (order.status !== 'awaiting:payment' || order.closing !== undefined) return 'none';
  order.closing = 'account_closed';
  return move(order, order.status);
};
const endOverdue = (order: Order): Effect => (order.expiresAt + overdueMs <= clock.ms ? expire(order) : 'none');

const newest = ({ source }: World): TicketState => source.at(-1) ?? source[0];
const hasLiveOrder = ({ orders }: World) =>
  orders.some(({ status, wasComplete }) => status !== 'cancelled' || wasComplete);
const isTaken = (world: World) => hasLiveOrder(world) || world.copy?.orderId !== undefined;

const closedAccount = 'NotAuthorizedError: Not authorized';

const outcomeOfOrder = (world: World, userId: string, expectedPrice: number | undefined): string => {
  const { copy } = world;
  if (copy === undefined) return 'NotFoundError: Ticket not found';
  if (userId === copy.userId) return 'BadRequestError: You cannot order your own ticket';
  if (copy.orderId !== undefined) return 'BadRequestError: Ticket is already reserved';
  if (expectedPrice !== undefined && expectedPrice !== copy.price) {
    return 'ConflictError: The price of this ticket has changed';
  }
  if (hasLiveOrder(world)) return 'BadRequestError: Ticket is already reserved';
  return world.isClosed ? closedAccount : 'ok';
};

const outcomeOfReport = ({ status, isReleased }: Order, userId: string): string => {
  if (userId !== 'buyer') return 'NotAuthorizedError: Not authorized';
  if (status !== 'complete') return 'BadRequestError: A problem can be reported only while an order is complete';
  return isReleased
    ? 'BadRequestError: The seller has received the money, so the marketplace can no longer hold it back'
    : 'ok';
};

const existing = ({ orders }: World, numbers: readonly number[]): Order[] =>
  numbers.flatMap((number) => orders[number] ?? []);
const toOrder = (order: Order, apply: Intent['apply']): Intent => ({ kind: 'event', targets: [order], apply });

const steps = stepsOf<World, Intent>({ alone: 6, together: 3, maxPicks: 10 });
const number = fc.nat(2);
const numbers = fc.array(number, { minLength: 1, maxLength: 3 });
const versions = fc.array(fc.nat(6), { minLength: 1, maxLength: 3 });
/** A paid order is mostly the first one. */
const mostlyFirst = fc.constantFrom(0, 0, 0, 1);
const users = fc.constantFrom('buyer', 'seller');
const buyers = fc.constantFrom('buyer', 'buyer', 'buyer', 'seller');
const prices = fc.constantFrom(undefined, undefined, 1000, 1500);
const results = fc.constantFrom('completed', 'failed', 'refunded');
const actions = fc.oneof(
  { weight: 3, arbitrary: number },
  { weight: 2, arbitrary: fc.constantFrom('edits', 'frees', 'sells', 'delivers', 'fails') },
);

const order = steps.command('order', 3, [buyers, prices], (world, userId, expectedPrice) => {
  const wanted = outcomeOfOrder(world, userId, expectedPrice);
  return call({ kind: 'order', targets: [], apply: () => 'none', wanted, wasTaken: isTaken(world) }, (trace) =>
    createOrder(world.deps, { userId, ticketId: world.ticketId, expectedPrice, trace }),
  );
});
const cancelOwn = steps.command('cancel', 2, [number, users], (world, which, userId) => {
  const [own] = existing(world, [which]);
  if (own === undefined) return deliver([]);
  const targets = userId === 'buyer' ? [own] : [];
  const refusal = userId === 'buyer' ? undefined : 'NotAuthorizedError: Not authorized';
  const paid = own.status === 'complete' ? 'BadRequestError: A paid order cannot be cancelled' : 'ok';
  return call(
    { kind: 'cancel', targets, apply: (target) => cancel(target, 'by_buyer'), wanted: refusal ?? paid },
    (trace) => cancelOwnOrder(world.deps, { orderId: own.id, userId, trace }),
  );
});
/** States of the ticket by version; for a version that does not exist, the newest. */
const ticketStates = steps.command('ticket states', 4, [versions], (world, which) =>
  deliver(
    which.map((version) => {
      const state = world.source[version] ?? newest(world);
      world.newestReceived = Math.max(world.newestReceived, state.version);
      const targets = world.orders.filter(({ id }) => id === state.orderId);
      const apply = (one: Order) => (state.soldAt === undefined ? confirm(one) : showDelivery(one, state));
      return event(ticketUpdated, state, now(), { kind: 'event', targets, apply });
    }),
  ),
);
const refused = steps.command('claim refused', 1, [number], (world, which) =>
  deliver(
    existing(world, [which]).map((one) => {
      const data = { ticketId: world.ticketId, orderId: one.id, reason: 'price_changed' as const };
      return event(ticketClaimRefused, data, now(), toOrder(one, refuse));
    }),
  ),
);
/** Payments charges no order before it has received the event that the order is confirmed. */
const chargeable = (world: World, which: readonly number[]) =>
  existing(world, which).filter((one) => one.status !== 'created' && one.version > 0);
const chargeOf = ({ id, price: amount }: Order) => ({
  id,
  version: 1,
  orderId: id,
  attempts: 0,
  amount,
  currency: 'usd' as const,
});
const charged = steps.command('charged', 2, [numbers, results], (world, which, status) =>
  deliver(
    chargeable(world, which).map((one) => {
      const fields = { ...chargeOf(one), status };
      // Of money that no order waited for, a refund has no completion; that is a failed payment to orders.
      const data = status === 'refunded' ? { ...fields, completedAt: now().toISOString() } : fields;
      const apply = {
        completed: complete,
        failed: (target: Order) => cancel(target, 'payment_failed'),
        refunded: undo,
      }[status];
      return event(chargeUpdated, data, now(), toOrder(one, apply));
    }),
  ),
);
/** The proceeds are released, or an operator has settled the problem that was reported as the first or the second. */
const afterSale = steps.command(
  'after the sale',
  4,
  [mostlyFirst, fc.constantFrom<('released' | 0 | 1)[]>('released', 'released', 0, 1)],
  (world, which, what) =>
    deliver(
      chargeable(world, [which]).flatMap((one) => {
        const at = what === 'released' ? clock.ms : one.reports[what];
        if (at === undefined) return [];
        const told = new Date(at).toISOString();
        const state = {
          ...chargeOf(one),
          status: 'completed' as const,
          ...(what === 'released' ? { releasedAt: told } : { problemSettledAt: told }),
        };
        const note = what === 'released' ? release : (target: Order) => settle(target, at);
        return [event(chargeUpdated, state, now(), { ...toOrder(one, complete), note })];
      }),
    ),
);
/** Payments asks before a release; an operator may have settled the problem that was reported first or second. */
const asked = steps.command(
  'payments asks',
  4,
  [mostlyFirst, fc.constantFrom<(undefined | 0 | 1)[]>(undefined, undefined, 0, 1)],
  (world, which, settled) =>
    deliver(
      chargeable(world, [which]).map((one) => {
        const at = settled === undefined ? undefined : one.reports[settled];
        const state = {
          ...chargeOf(one),
          status: 'completed' as const,
          releasingAt: now().toISOString(),
          ...(at === undefined ? {} : { problemSettledAt: new Date(at).toISOString() }),
        };
        // An order that becomes complete by it is not delivered.
        const apply = (target: Order) => (complete(target) === 'changed' ? 'changed' : agree(target, at ?? 0));
        const note = (target: Order) => settle(target, at ?? 0);
        // Payments asks again until orders agrees.
        const mayComeTooEarly = one.delivery?.status !== 'delivered' || one.problemAt !== undefined;
        return event(chargeUpdated, state, now(), { ...toOrder(one, apply), note, mayComeTooEarly });
      }),
    ),
);
const reported = steps.command('report a problem', 4, [mostlyFirst, buyers], (world, which, userId) => {
  const [own] = existing(world, [which]);
  if (own === undefined) return deliver([]);
  const text = `Problem ${own.reports.length + 1}`;
  return call(
    {
      kind: 'report',
      targets: userId === 'buyer' ? [own] : [],
      apply: report,
      wanted: outcomeOfReport(own, userId),
      mayComeTooEarly: own.status !== 'complete',
    },
    (trace) => reportProblem(world.deps, { orderId: own.id, userId, text, trace }),
  );
});
/** Payments closes no order that has not asked. */
const closed = steps.command('closed', 2, [numbers], (world, which) =>
  deliver(
    existing(world, which)
      .filter((one) => one.closing !== undefined)
      .map((one) =>
        event(
          chargeClosed,
          { orderId: one.id },
          now(),
          toOrder(one, (target) => cancel(target, target.closing ?? 'expired')),
        ),
      ),
  ),
);
const accountCloses = steps.command('account closes', 1, [], (world) => {
  world.isClosed = true;
  const data = { id: 'buyer', version: 1 };
  return deliver([event(userClosed, data, now(), { kind: 'event', targets: world.orders, apply: endOfAccount })]);
});
const timersRing = steps.command('timers ring', 2, [numbers], (world, which) =>
  deliver(existing(world, which).map((one) => event(orderExpired, { orderId: one.id }, now(), toOrder(one, expire)))),
);
steps.command('end overdue orders', 1, [], ({ deps, orders }) =>
  call({ kind: 'repair', targets: [...orders], apply: endOverdue }, () => closeOverdueOrders(deps)),
);
/** What tickets does with the ticket; a number is the order that it holds the ticket for. */
const tickets = steps.change('tickets', 3, [actions], (world, action) => {
  const { orderId, soldAt, dueAt, ...rest } = newest(world);
  const next = { ...rest, version: rest.version + 1 };
  const [holder] = typeof action === 'number' ? existing(world, [action]) : [];
  const at = now().toISOString();
  if (soldAt !== undefined && orderId !== undefined) {
    if (dueAt === undefined) return;
    if (action === 'delivers') world.source.push({ ...next, orderId, soldAt, deliveredAt: at });
    if (action === 'fails') world.source.push({ ...next, orderId, soldAt, deliveryFailedAt: at });
  } else if (orderId !== undefined) {
    if (action === 'frees') world.source.push(next);
    // Only a complete order buys its ticket. A ticket whose file is there is delivered at once.
    const isComplete = world.orders.some(({ id, status }) => id === orderId && status === 'complete');
    if (action === 'sells' && isComplete) {
      const later = new Date(clock.ms + deliveryMs.max).toISOString();
      world.source.push({ ...next, orderId, soldAt: at, dueAt: later });
    }
    if (action === 'delivers' && isComplete) world.source.push({ ...next, orderId, soldAt: at, deliveredAt: at });
  } else if (action === 'edits') {
    world.source.push({ ...next, revision: rest.revision + 1, price: rest.price === 1000 ? 1500 : 1000 });
  } else if (holder !== undefined) world.source.push({ ...next, orderId: holder.id });
});
const timePasses = steps.change('time passes', 1, [fc.constantFrom(windowSeconds * 1000, overdueMs)], (_, ms) => {
  clock.ms += ms;
});

const listed = ticketStates([0]);
const ordered = order('buyer', undefined);
const held = tickets(0);
const known = ticketStates([9]);
const runsOut = timePasses(windowSeconds * 1000);
const paid = charged([0], 'completed');
const problem = reported(0, 'buyer');
const sold = [listed, ordered, held, known, paid, tickets('sells'), known];
const delivered = [...sold, tickets('delivers'), known];
const agreed = asked(0, undefined);

const driver = createModelDriver<Deps, World, Intent, OrderDocument>({
  service: 'orders',
  collections,
  now,
  open: ({ store }) => ({
    ...openModels(store),
    now,
    newId,
    currency: currencyOf('usd'),
    deliveryMs,
    windowSeconds,
    maxLiveHolds: 6,
    metrics: openMetrics(new Metrics()),
    copyDelayMs: 0,
    copied: () => undefined,
  }),
  subscriptions,
  begin: (stage) => {
    const ticketId = newId();
    const listed = { id: ticketId, version: 0, revision: 0, title: 'Final', price: 1000, userId: 'seller' };
    const copies = { newestReceived: -1, copy: undefined, copyBefore: undefined };
    return { ...stage, ...copies, ticketId, source: [listed], orders: [], isClosed: false };
  },
  read: async (world) => {
    const stored = await world.database.collection<TicketCopy>('tickets').findOne({ _id: world.ticketId });
    world.copyBefore = world.copy;
    world.copy = stored?.ticket;
    return world.database.collection<OrderDocument>('orders').find().sort({ createdAt: 1, _id: 1 }).toArray();
  },
  changed: (world, entry, cause, { document, happenings, inSequence }) => {
    const { _id: id, price, ticket } = document;
    const one = world.orders.find((own) => own.id === id);
    if (one === undefined) {
      expect([entry.version, entry.type, cause?.kind]).toEqual([0, 'order.created', 'order']);
      if (inSequence) expect(cause?.wanted).toBe(world.isClosed ? closedAccount : 'ok');
      // For an earlier or the current state of the ticket, concurrently with its events.
      const copy = [world.copyBefore, world.copy].find((state) => state?.version === ticket.version);
      expect({ ...copy, ...ticket }).toEqual(copy ?? 'a ticket that is known');
      expect(price).toBe(copy?.price);
      const expiresAt = clock.ms + windowSeconds * 1000;
      world.orders.push({
        id,
        price,
        ticket,
        expiresAt,
        status: 'created',
        reason: undefined,
        closing: undefined,
        wasComplete: false,
        reports: [],
        problemAt: undefined,
        isReleased: false,
        delivery: undefined,
        version: 0,
      });
      return;
    }
    const isRepair = entry.correlationId.startsWith('overdue-');
    const by = isRepair ? happenings.find(({ kind }) => kind === 'repair') : cause;
    // The request that made it may have seen that the account is closed.
    const isOwn = happenings.some(({ label, kind }) => kind === 'order' && label === entry.correlationId);
    const effect = isOwn ? endOfAccount(one) : by?.targets.includes(one) === true ? by.apply(one) : 'no cause';
    expect([entry.correlationId, effect, entry.version]).toEqual([entry.correlationId, 'changed', one.version]);
    const { status, reason, closing } = entry.data;
    expect([status, reason, closing]).toEqual([one.status, one.reason, one.closing]);
  },
  check: (world, { happenings, documents, inSequence, hasChanged }) => {
    expect(documents).toHaveLength(world.orders.length);
    for (const { targets, note } of happenings) for (const target of targets) note?.(target);
    for (const one of world.orders) {
      const { id, expiresAt, reason, closing, wasComplete, reports, problemAt, isReleased, delivery, ...rest } = one;
      const document = documents.find(({ _id }) => _id === id);
      expect(document).toMatchObject({ ...rest, expiresAt: new Date(expiresAt) });
      expect([document?.reason, document?.closing]).toEqual([reason, closing]);
      const { status, dueAt } = document?.delivery ?? {};
      expect([status, dueAt?.getTime()]).toEqual([delivery?.status, delivery?.dueAt]);
      // Nobody else can order the ticket unless the order was cancelled before it was complete.
      expect(document?.keepsTicket).toBe(rest.status === 'cancelled' && !wasComplete ? undefined : true);
      expect(document?.completedAt !== undefined).toBe(rest.status === 'complete' || wasComplete);
      expect(document?.problemAt?.getTime()).toBe(reports.at(-1));
      expect(document?.problem?.at.getTime()).toBe(problemAt);
      expect(document?.releasedAt !== undefined).toBe(isReleased);
      // Payments is asked as long as its answer decides.
      const isAsked = rest.status === 'awaiting:payment' && closing !== undefined;
      expect(document?.closingQuestion !== undefined).toBe(isAsked);
    }
    // The ticket has one live order at most.
    expect(
      documents.filter(({ status, keepsTicket }) => status !== 'cancelled' || keepsTicket === true).length,
    ).toBeLessThanOrEqual(1);
    for (const happening of happenings) {
      const { label, kind, targets, outcome, wanted, wasTaken, mayComeTooEarly } = happening;
      // A command without an effect has no effect in the model either.
      const isExplained = hasChanged(happening) || (!inSequence && mayComeTooEarly === true);
      const effects = isExplained ? [] : targets.map((target) => happening.apply(target));
      expect([label, effects.includes('changed')]).toEqual([label, false]);
      if (kind === 'report') expect([label, outcome === 'ok']).toEqual([label, hasChanged(happening)]);
      if (inSequence || kind === 'repair') {
        expect([label, outcome]).toEqual([label, kind === 'event' ? 'done' : (wanted ?? 'ok')]);
      } else if (outcome.endsWith('already reserved')) {
        // Another one in the same step may have held it until it saw that the account is closed.
        const wasUndone = happenings.some(
          (other) => other.kind === 'order' && other.outcome.endsWith('Not authorized'),
        );
        expect([label, wasTaken === true || wasUndone || isTaken(world)]).toEqual([label, true]);
      }
    }
    // Copies converge to the newest state that was received.
    expect(world.copy).toEqual(world.source[world.newestReceived]);
  },
  finish: async (world, take) => {
    // Every event is delivered in the end.
    await take(ticketStates(world.source.map(({ version }) => version)));
    await take(timePasses(windowSeconds * 1000));
    await take(timersRing([...world.orders.keys()]));
    await take(closed([...world.orders.keys()]));
    expect(world.orders.filter(isUnpaid)).toEqual([]);
    expect(world.orders.filter(({ status }) => status === 'complete').length).toBeLessThanOrEqual(1);
  },
  steps,
  maxSteps: 14,
  begun: [
    [],
    [listed, ordered],
    [listed, ordered, held],
    [listed, ordered, held, known],
    [listed, ordered, held, known, paid],
    [listed, ordered, held, known, paid],
    [listed, ordered, held, known, paid, problem],
    sold,
    delivered,
  ],
  runs: 80,
});
beforeAll(driver.open);
afterAll(driver.close);

// Each is the shrunk counterexample that fast-check found when one guard was removed.
const counterexamples: readonly (readonly [string, readonly Step<World, Intent>[]])[] = [
  ['two buyers order the ticket concurrently', [listed, steps.together([ordered, ordered])]],
  ['the ticket is ordered again', [listed, ordered, ordered]],
  [
    'a paid order is cancelled by an event of its payment',
    [listed, ordered, held, known, paid, charged([0], 'failed')],
  ],
  ['a paid order is cancelled by its buyer', [listed, ordered, held, known, paid, cancelOwn(0, 'buyer')]],
  ['the payment of a cancelled order arrives', [listed, ordered, held, known, cancelOwn(0, 'buyer'), paid]],
  ['a paid order is refunded', [listed, ordered, held, known, paid, charged([0, 0], 'refunded'), ordered]],
  [
    'the refund of an order arrives before its completion',
    [listed, ordered, held, known, charged([0], 'refunded'), paid, ordered],
  ],
  ['the confirmation comes twice', [listed, ordered, held, known, known]],
  ['a confirmed order is refused', [listed, ordered, held, known, refused(0)]],
  ['a timer rings early', [listed, ordered, timersRing([0])]],
  ['the hold of a confirmed order runs out', [listed, ordered, held, known, runsOut, timersRing([0]), closed([0])]],
  [
    'the hold of a paid order runs out before its charge is heard of',
    [listed, ordered, held, known, runsOut, timersRing([0]), paid, closed([0])],
  ],
  [
    'the hold runs out twice concurrently',
    [listed, ordered, held, known, runsOut, steps.together([timersRing([0]), timersRing([0])])],
  ],
  ['the account is closed before its hold is confirmed', [listed, ordered, accountCloses(), held, known]],
  ['the account is closed during its hold', [listed, ordered, held, known, accountCloses(), closed([0])]],
  [
    'the account is closed before its charge is heard of',
    [listed, ordered, held, known, accountCloses(), paid, closed([0])],
  ],
  ['the account is closed after its payment', [listed, ordered, held, known, paid, accountCloses()]],
  ['an order is made while the account is closed', [listed, steps.together([ordered, accountCloses()])]],
  ['an order is made after the account was closed', [listed, accountCloses(), ordered]],
  ['a problem is reported twice', [listed, ordered, held, known, paid, problem, problem]],
  ['a problem is reported before the payment', [listed, ordered, held, known, problem]],
  ['somebody else reports a problem', [listed, ordered, held, known, paid, reported(0, 'seller')]],
  [
    'an earlier problem is settled after the last report',
    [listed, ordered, held, known, paid, problem, problem, afterSale(0, 0), afterSale(0, 1), problem],
  ],
  [
    'a problem is reported after the seller has got the money',
    [listed, ordered, held, known, paid, afterSale(0, 'released'), paid, problem],
  ],
  [
    'a problem is open at the release and at the refund',
    [listed, ordered, held, known, paid, problem, afterSale(0, 'released'), charged([0], 'refunded'), problem],
  ],
  [
    'a problem is reported concurrently with the release',
    [listed, ordered, held, known, paid, steps.together([problem, afterSale(0, 'released')])],
  ],
  [
    'a problem is reported concurrently with the refund',
    [listed, ordered, held, known, paid, steps.together([problem, charged([0], 'refunded')])],
  ],
  ['payments asks about a delivered order, twice', [...delivered, agreed, agreed, problem]],
  [
    'payments asks concurrently with the delivery',
    [...sold, tickets('delivers'), steps.together([known, agreed], [1])],
  ],
  ['payments asks before the delivery', [...sold, agreed, tickets('delivers'), known, agreed]],
  [
    'payments asks while a problem is open',
    [...delivered, problem, agreed, problem, asked(0, 0), asked(0, 1), problem],
  ],
  ['a problem is reported concurrently with the question', [...delivered, steps.together([problem, agreed])]],
  ['an older state of the ticket arrives', [listed, tickets('edits'), known, listed]],
  ['the ticket is held', [listed, ordered, held, known, cancelOwn(0, 'buyer'), ordered]],
  ['the ticket is delivered', [...sold, tickets('delivers'), known, known, tickets('fails'), known]],
  ['the ticket is not delivered', [...sold, tickets('fails'), known, known, ordered, charged([0], 'completed')]],
  [
    'the ticket is sold later than the order was complete',
    [listed, ordered, held, known, paid, timePasses(overdueMs), tickets('sells'), known],
  ],
  [
    'the states of a delivered ticket arrive in another order',
    [
      listed,
      ordered,
      held,
      known,
      paid,
      timePasses(overdueMs),
      tickets('sells'),
      tickets('delivers'),
      ticketStates([3, 2]),
    ],
  ],
  ['a refunded order is not delivered', [...sold, charged([0], 'refunded'), tickets('fails'), known]],
  [
    'an order is refunded and not delivered concurrently',
    [...sold, tickets('fails'), steps.together([known, charged([0], 'refunded')], [1, 0])],
  ],
];

test.each(counterexamples)('When %s, then the orders are what sequential ones would be', (_, played) =>
  driver.play(played),
);

test(
  'When buyers and events reach orders in any order, any number of times, then they are what sequential ones would be',
  driver.playRandomSteps,
  driver.timeoutMs,
);
