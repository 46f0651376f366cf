import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventIdOf } from '@ticketing/common/event-id';
import {
  orderCancelled,
  orderCreated,
  orderDeliveryDue,
  orderUpdated,
  ticketClaimRefused,
  userClosed,
  type ClaimRefusalReason,
  type OrderState,
} from '@ticketing/common/events';
import { currencyOf } from '@ticketing/common/money';
import { newId } from '@ticketing/common/mongo';
import { Metrics } from '@ticketing/common/service';
import { call, createModelDriver, deliver, event, stepsOf, type Stage, type Step } from '@ticketing/common/testing';
import * as fc from 'fast-check';
import { createTicket } from './commands/create-ticket.ts';
import type { Deps } from './deps.ts';
import { editTicket } from './commands/edit-ticket.ts';
import { withdrawTicket } from './commands/withdraw-ticket.ts';
import { republishedAfterMs } from './commands/republish-tickets.ts';
import { createHolderWaits } from './memory/holder-waits.ts';
import { claimGraceMs, otherHolderTimeoutMs } from './domain/claim-decision.ts';
import { collections, openModels, type TicketDocument } from './models/open-models.ts';
import { openMetrics } from './metrics.ts';
import { subscriptions } from './subscriptions.ts';

// One ticket, its seller, who edits and withdraws it and closes their account, and up to three orders whose events arrive in any
// order, any number of times, alone, in batches and concurrently, while the deadline of its delivery passes. The ticket must be
// what a plain sequential ticket would be.

const clock = { ms: Date.UTC(2030, 0, 1) };
const now = () => new Date(clock.ms);

const kinds = ['created', 'awaiting', 'complete', 'cancelled', 'undone'] as const;
type Kind = (typeof kinds)[number];

/** From an order's creation to its deadline. */
const windowMs = 60_000;
/** What orders gives a seller to deliver, and what a seller has at least. */
const deliveryMs = { max: 240_000, min: 120_000 };
/** How long after the deadline tickets remembers that the order was closed. */
const closedForMs = 5 * 60_000;
const msAfterDeadline = ({ expiresAt }: OrderState, ms: number) => ms - Date.parse(expiresAt);
const isLate = (order: OrderState) => msAfterDeadline(order, clock.ms) >= claimGraceMs;
const isKept = (order: OrderState) => msAfterDeadline(order, clock.ms) < closedForMs;

/** Orders are numbered from 0. This one ends in both ways, as no correct orders service publishes it. */
const contradictoryOrder = 2;
const orderOfReleaseBefore = 1;

type Effect = 'none' | 'later' | 'retry' | 'changed' | ClaimRefusalReason;

/** The model: a ticket in memory, changed by one command at a time. */
const sequentialTicket = () => {
  interface Ticket {
    version: number;
    revision: number;
    editedIn: number | undefined;
    price: number;
    title: string;
    availability: TicketDocument['availability'];
    holder: string | undefined;
    dueAt: number | undefined;
    delivery: 'none' | 'pending' | 'failed' | 'ended';
  }
  const start = { version: 0, revision: 0, price: 1000, title: 'a' };
  const ticket: Ticket = {
    ...start,
    editedIn: undefined,
    availability: 'on_sale',
    holder: undefined,
    dueAt: undefined,
    delivery: 'none',
  };
  const closed = new Set<string>();
  const waitingSince = new Map<string, number>();
  const seller = { isClosed: false };
  const withdrawn = () => ({
    availability: 'withdrawn' as const,
    revision: ticket.revision + 1,
    editedIn: ticket.version + 1,
  });
  const move = (change: Partial<Ticket>): Effect => {
    Object.assign(ticket, change, { version: ticket.version + 1 });
    return 'changed';
  };
  const sell = ({ delivery }: OrderState): Effect => {
    const dueAt =
      delivery?.dueAt === undefined ? undefined : Math.max(Date.parse(delivery.dueAt), clock.ms + deliveryMs.min);
    return move({ availability: 'sold', delivery: 'pending', dueAt });
  };
  const decide = (order: OrderState): Effect => {
    const { id, ticket: ordered } = order;
    if (ticket.holder === id) return 'none';
    if (isLate(order)) return 'unavailable';
    if (closed.has(id)) return 'none';
    if (ticket.availability === 'sold') return 'unavailable';
    if (ticket.revision !== ordered.revision) {
      return ticket.price === ordered.price ? 'ticket_changed' : 'price_changed';
    }
    if (ticket.availability === 'withdrawn') return 'unavailable';
    if (ticket.holder === undefined) return move({ holder: id, availability: 'held' });
    const since = waitingSince.get(id) ?? clock.ms;
    waitingSince.set(id, since);
    return clock.ms - since >= otherHolderTimeoutMs ? 'unavailable' : 'later';
  };
  return {
    ticket,
    closed,
    seller,
    edit: ({ price, title }: { readonly price: number; readonly title: string }): Effect => {
      if (ticket.availability !== 'on_sale' || (price === ticket.price && title === ticket.title)) return 'none';
      return move({ price, title, revision: ticket.revision + 1, editedIn: ticket.version + 1 });
    },
    withdraw: (): Effect => {
      if (ticket.availability !== 'on_sale') return 'none';
      return move(withdrawn());
    },
    claim: (order: OrderState): Effect => {
      const effect = decide(order);
      if (effect !== 'later') waitingSince.delete(order.id);
      if (effect !== 'later' && effect !== 'changed' && effect !== 'none' && !isLate(order)) closed.add(order.id);
      return effect;
    },
    sell: (order: OrderState): Effect => {
      if (ticket.holder !== order.id) return 'retry';
      return ticket.availability === 'held' ? sell(order) : 'none';
    },
    failDelivery: ({ id }: OrderState): Effect =>
      ticket.holder !== id || ticket.dueAt === undefined || ticket.dueAt > clock.ms
        ? 'none'
        : move({ delivery: 'failed', dueAt: undefined }),
    release: ({ id }: OrderState): Effect => {
      closed.add(id);
      if (ticket.holder !== id || ticket.availability === 'sold') return 'none';
      return seller.isClosed
        ? move({ ...withdrawn(), holder: undefined })
        : move({ holder: undefined, availability: 'on_sale' });
    },
    /** The order was complete before it was cancelled. */
    undo: (order: OrderState): Effect => {
      closed.add(order.id);
      if (ticket.holder !== order.id) return 'none';
      if (ticket.availability === 'held') return sell(order);
      return ticket.delivery === 'pending' ? move({ delivery: 'ended', dueAt: undefined }) : 'none';
    },
    closeAccount: (): Effect => {
      seller.isClosed = true;
      return ticket.availability === 'on_sale' ? move(withdrawn()) : 'none';
    },
    /** The outcome of a claim that ran concurrently with others. */
    waits: ({ id }: OrderState, isWaiting: boolean) => {
      if (isWaiting) waitingSince.set(id, waitingSince.get(id) ?? clock.ms);
      else waitingSince.delete(id);
    },
  };
};

/** The seller's request that changes nothing, by the state of the ticket. */
const resultOf = {
  edit: {
    on_sale: 'ok',
    held: 'BadRequestError: Cannot edit a reserved ticket',
    sold: 'BadRequestError: Cannot edit a reserved ticket',
    withdrawn: 'BadRequestError: Cannot edit a withdrawn ticket',
    over: 'ok',
  },
  withdraw: {
    on_sale: 'an effect',
    held: 'BadRequestError: Cannot withdraw a reserved ticket',
    sold: 'BadRequestError: Cannot withdraw a sold ticket',
    withdrawn: 'ok',
    over: 'an effect',
  },
} as const satisfies Record<string, Record<TicketDocument['availability'], string>>;

interface Intent {
  readonly kind: Kind | 'edit' | 'withdraw' | 'close account' | 'due';
  /** When its event was created. */
  readonly time: number;
  readonly order?: OrderState;
  readonly apply: () => Effect;
}

interface PublishedOrder {
  readonly state: OrderState;
  end?: 'complete' | 'cancelled';
  completedAt?: number;
}

interface World extends Stage<Deps> {
  readonly ticketId: string;
  readonly model: ReturnType<typeof sequentialTicket>;
  /** The orders service, as far as its events show it. An order is created when its first event is made. */
  readonly orders: Map<number, PublishedOrder>;
  /** Orders for which tickets has published that they hold the ticket. */
  readonly confirmed: Set<string>;
  /** When each order was given the ticket, was closed, was sold the ticket. */
  readonly heldAt: Map<string, number>;
  readonly closedAt: Map<string, number>;
  readonly soldAt: Map<string, number>;
  /** Orders that were refused because their deadlines were long over. */
  readonly refusedLate: Set<string>;
  /** The reasons for which orders were refused. */
  readonly reasons: Map<string, unknown>;
  /** When each event was created. */
  readonly times: Map<string, number>;
  /** The ticket that orders are created for. */
  seen: Pick<OrderState['ticket'], 'version' | 'revision' | 'title' | 'price'>;
}

const orderOf = ({ orders, seen, ticketId }: World, number: number): PublishedOrder => {
  const fixed = { id: newId(), version: 0, userId: 'buyer', status: 'created' as const, price: seen.price };
  const expiresAt = new Date(clock.ms + windowMs).toISOString();
  const state = { ...fixed, expiresAt, ticket: { ...seen, id: ticketId } };
  const order = orders.get(number) ?? { state };
  orders.set(number, order);
  return order;
};

/** The event, if it can be published: an order has one end, and is complete only if tickets has confirmed it. */
const eventOf = (world: World, kind: Kind, number: number) => {
  const order = orderOf(world, number);
  const { state } = order;
  const isConfirmed = world.confirmed.has(state.id);
  if (kind === 'created') return { definition: orderCreated, data: state };
  if (kind === 'awaiting') {
    if (!isConfirmed) return undefined;
    return { definition: orderUpdated, data: { ...state, version: 1, status: 'awaiting:payment' as const } };
  }
  if (number !== contradictoryOrder) {
    const end = kind === 'undone' ? 'complete' : kind;
    if (end === 'cancelled' || isConfirmed) order.end ??= end;
    if (order.end !== end) return undefined;
  } else if (kind === 'undone') return undefined;
  else if (kind === 'cancelled') order.end ??= kind;
  if (kind === 'undone' || kind === 'complete') {
    order.completedAt ??= clock.ms;
    const completedAt = new Date(order.completedAt).toISOString();
    // The release before knew of no deliveries.
    const dueAt = new Date(order.completedAt + deliveryMs.max).toISOString();
    const delivery = number === orderOfReleaseBefore ? {} : { delivery: { status: 'pending' as const, dueAt } };
    const completed = { ...state, completedAt, ...delivery };
    return kind === 'undone'
      ? { definition: orderCancelled, data: { ...completed, version: 3, status: 'cancelled' as const } }
      : { definition: orderUpdated, data: { ...completed, version: 2, status: kind } };
  }
  return { definition: orderCancelled, data: { ...state, version: isConfirmed ? 2 : 1, status: kind } };
};

const close = ({ closedAt, model }: World, { id }: OrderState) => {
  closedAt.set(id, closedAt.get(id) ?? clock.ms);
  model.closed.add(id);
};

/** Whether the order was republished long after the response to it, which tickets then republishes. */
const isRepublished = ({ model, heldAt, closedAt, soldAt }: World, { kind, order, time }: Intent): boolean => {
  const id = order?.id ?? '';
  const created = model.ticket.holder === id ? heldAt : closedAt;
  if (kind === 'cancelled' && order !== undefined && msAfterDeadline(order, time) >= closedForMs) return true;
  const effectAt = { created, awaiting: undefined, complete: soldAt, cancelled: closedAt, undone: soldAt };
  if (kind === 'edit' || kind === 'withdraw' || kind === 'close account' || kind === 'due') return false;
  return time - (effectAt[kind]?.get(id) ?? Infinity) > republishedAfterMs;
};

const steps = stepsOf<World, Intent>({ alone: 12, together: 9, maxPicks: 10 });

const edits = fc.record({ price: fc.constantFrom(1000, 1500), title: fc.constantFrom('a', 'b') });
const edit = steps.command('edit', 2, [edits], ({ deps, model, ticketId }, change) =>
  call({ kind: 'edit', time: clock.ms, apply: () => model.edit(change) }, (trace) =>
    editTicket(deps, { ticketId, userId: 'seller', edit: change, trace }),
  ),
);
const withdraw = steps.command('withdraw', 1, [], ({ deps, model, ticketId }) =>
  call({ kind: 'withdraw', time: clock.ms, apply: () => model.withdraw() }, (trace) =>
    withdrawTicket(deps, { ticketId, userId: 'seller', trace }),
  ),
);
const closeAccount = steps.command('close account', 1, [], ({ model }) =>
  deliver([
    event(userClosed, { id: 'seller', version: 1 }, now(), {
      kind: 'close account' as const,
      time: clock.ms,
      apply: () => model.closeAccount(),
    }),
  ]),
);
/** The worker does the same for all orders. */
const deliveryDue = steps.command('delivery due', 2, [fc.nat(2)], (world, number) => {
  const order = orderOf(world, number).state;
  const intent = { kind: 'due' as const, time: clock.ms, order, apply: () => world.model.failDelivery(order) };
  return deliver([event(orderDeliveryDue, { orderId: order.id }, now(), intent)]);
});
const numbers = fc.array(fc.nat(2), { minLength: 1, maxLength: 3 });
/** Events of one kind, as one batch. Events that cannot be published for an order are skipped. */
const events = steps.command('events', 5, [fc.constantFrom(...kinds), numbers], (world, kind, which) =>
  deliver(
    which.flatMap((number) => {
      const found = eventOf(world, kind, number);
      if (found === undefined) return [];
      const order = found.data;
      const key = `${kind} ${order.id}`;
      const time = world.times.get(key) ?? clock.ms;
      world.times.set(key, time);
      const apply = {
        created: () => world.model.claim(order),
        awaiting: () => 'none' as const,
        complete: () => world.model.sell(order),
        cancelled: () => world.model.release(order),
        undone: () => world.model.undo(order),
      }[kind];
      return [event(found.definition, order, new Date(time), { kind, order, time, apply })];
    }),
  ),
);
/** Longer than a claim waits for another holder. */
const timePasses = steps.change('time passes', 1, [], () => {
  clock.ms += otherHolderTimeoutMs + 1;
});
/** Long enough for an unclaimed order to be late; twice as long, and tickets no longer remembers that it was closed. */
const deadlinePasses = steps.change('the deadline passes', 1, [], () => {
  clock.ms += windowMs + claimGraceMs;
});
/** From now on orders are created for the current state of the ticket instead of an earlier one. */
const seen = steps.change('the ticket is seen', 1, [], (world) => {
  const { version, revision, price, title } = world.model.ticket;
  world.seen = { version, revision, price, title };
});
/** Republished much later, under new ids and with new times. */
steps.change('the orders are republished', 1, [], ({ times }) => {
  clock.ms += 30_000;
  times.clear();
});

const driver = createModelDriver<Deps, World, Intent, TicketDocument>({
  service: 'tickets',
  collections,
  now,
  open: ({ store }) => ({
    ...openModels(store),
    now,
    newId,
    currency: currencyOf('usd'),
    deliveryMinMs: deliveryMs.min,
    transaction: () => Promise.reject(new Error('not used')),
    codeKey: 'not used',
    clearListCache: () => undefined,
    holderWaits: createHolderWaits(() => clock.ms),
    inspectFile: () => Promise.reject(new Error('not used')),
    metrics: openMetrics(new Metrics()),
  }),
  subscriptions,
  begin: async (stage) => {
    const listing = { title: 'a', price: 1000 };
    const trace = { correlationId: 'listed', traceId: '0'.repeat(32) };
    const { _id: ticketId } = await createTicket(stage.deps, { userId: 'seller', listing, trace });
    const maps = { orders: new Map(), heldAt: new Map(), closedAt: new Map(), soldAt: new Map(), times: new Map() };
    const seen = { version: 0, revision: 0, ...listing };
    return {
      ...stage,
      ...maps,
      ticketId,
      model: sequentialTicket(),
      confirmed: new Set(),
      refusedLate: new Set(),
      reasons: new Map(),
      seen,
    };
  },
  read: ({ database }) => database.collection<TicketDocument>('tickets').find().toArray(),
  changed: (world, entry, first, { happenings, inSequence }) => {
    // The cancellation of a complete order changes a ticket twice: it is sold, and its delivery ends.
    const again = happenings.find(({ kind, label: own }) => kind === 'undone' && own === entry.correlationId);
    const due = happenings.find(({ kind, order: own }) => kind === 'due' && own?.id === entry.data['orderId']);
    const cause = entry.correlationId.startsWith('delivery-') ? due : (first ?? again);
    const { confirmed, heldAt, model, reasons, refusedLate, soldAt, ticketId } = world;
    const label = entry.correlationId;
    const order = cause?.order;
    const isAgain = cause !== undefined && isRepublished(world, cause);
    if (entry.type === ticketClaimRefused.type) {
      if (order === undefined || cause?.kind !== 'created') throw new Error(`${label} has refused an order`);
      const isOver = isLate(order);
      expect([label, model.ticket.holder === order.id]).toEqual([label, false]);
      if (!isOver) expect([label, model.closed.has(order.id)]).toEqual([label, isAgain]);
      if (inSequence) {
        const isKnown = isAgain && !isOver;
        const reason = isKnown ? (reasons.get(order.id) ?? 'unavailable') : cause.apply();
        expect(entry.data).toEqual({ ticketId, orderId: order.id, reason });
      } else {
        // The reason was true when it was read and may no longer be: the ticket may have become free since.
        model.waits(order, false);
      }
      reasons.set(order.id, entry.data['reason']);
      if (isOver) refusedLate.add(order.id);
      else close(world, order);
      return;
    }
    // The mark comes before what closing the account withdraws: a concurrent release may have withdrawn it instead.
    if (entry.data['withdrawnAt'] !== undefined && happenings.some(({ kind }) => kind === 'close account')) {
      model.seller.isClosed = true;
    }
    const isSameVersion = entry.version === model.ticket.version;
    // In concurrent commands the answer may be published again after the order has been cancelled.
    if (inSequence || !isSameVersion) {
      expect([label, cause?.apply()]).toEqual([label, isAgain && isSameVersion ? 'none' : 'changed']);
    }
    const { version, revision, editedIn, price, title, holder, availability, delivery, dueAt } = model.ticket;
    expect({ version: entry.version, ...entry.data }).toEqual({
      id: ticketId,
      version,
      revision,
      ...(editedIn === undefined ? {} : { lastEdit: { revision, version: editedIn } }),
      price,
      currency: 'usd',
      title,
      userId: 'seller',
      eventId: eventIdOf({ title }),
      ...(holder === undefined ? {} : { orderId: holder }),
      ...(availability === 'sold' ? { soldAt: expect.any(Date) } : {}),
      delivery: 'by_seller',
      ...(dueAt === undefined ? {} : { dueAt: new Date(dueAt) }),
      ...(delivery === 'failed' ? { deliveryFailedAt: expect.any(Date) } : {}),
      ...(delivery === 'ended' ? { deliveryEndedAt: expect.any(Date) } : {}),
      ...(availability === 'withdrawn' ? { withdrawnAt: expect.any(Date) } : {}),
    });
    if (holder !== undefined) {
      confirmed.add(holder);
      heldAt.set(holder, heldAt.get(holder) ?? clock.ms);
      if (availability === 'sold') soldAt.set(holder, soldAt.get(holder) ?? clock.ms);
    }
    if (order !== undefined && (cause?.kind === 'cancelled' || cause?.kind === 'undone')) close(world, order);
  },
  check: (world, { happenings, documents: [found], inSequence, hasChanged }) => {
    const { confirmed, model, refusedLate } = world;
    // A command without an effect has no effect in the model either.
    for (const happening of happenings.filter((one) => !hasChanged(one))) {
      const { label, kind, order, outcome, apply } = happening;
      if (inSequence) {
        const effect = apply();
        const verdict = effect === 'none' ? 'done' : effect;
        const result = kind === 'edit' || kind === 'withdraw' ? resultOf[kind][model.ticket.availability] : verdict;
        expect([label, effect === 'changed', outcome]).toEqual([label, false, result]);
      }
      if (kind === 'close account') model.seller.isClosed = true;
      if (order === undefined) continue;
      if (kind === 'cancelled' || kind === 'undone') close(world, order);
      if (kind === 'created') model.waits(order, outcome === 'later');
    }
    for (const { label, kind, order, outcome } of happenings) {
      if (kind !== 'created' || order === undefined || outcome !== 'done') continue;
      const isAnswered = [confirmed, model.closed, refusedLate].some((ids) => ids.has(order.id));
      expect([label, isAnswered]).toEqual([label, true]);
    }
    const { holder, editedIn: _, delivery: __, dueAt, ...rest } = model.ticket;
    expect(found).toMatchObject(rest);
    expect(found?.dueAt?.getTime()).toBe(dueAt);
    expect(found?.buyerId).toBe(rest.availability === 'sold' ? 'buyer' : undefined);
    expect(found?.orderId).toBe(holder);
    expect(model.seller.isClosed && model.ticket.availability === 'on_sale').toBe(false);
    const states = [...world.orders.values()].map(({ state }) => state);
    const kept = new Set(states.filter(isKept).map(({ id }) => id));
    const closed = [...model.closed].filter((id) => kept.has(id));
    // Others may be left from before, until the next claim or cancellation.
    expect(found?.closedOrders.flatMap(({ id }) => (kept.has(id) ? [id] : [])).toSorted()).toEqual(closed.toSorted());
  },
  finish: async (world, take) => {
    // Every event is delivered in the end, and repeated until it is done.
    for (let round = 0, isWaiting = true; isWaiting; round += 1) {
      expect(round).toBeLessThan(5);
      isWaiting = false;
      for (const number of world.orders.keys()) {
        for (const kind of ['created', orderOf(world, number).end ?? 'awaiting'] as const) {
          const happenings = await take(events(kind, [number]));
          if (happenings.some(({ outcome }) => outcome === 'later')) isWaiting = true;
        }
      }
      await take(timePasses());
    }
    const { closed, ticket } = world.model;
    const { refusedLate } = world;
    for (const [number, { state, end }] of world.orders) {
      if (number === contradictoryOrder) continue;
      // Every live order has the ticket or was refused, and a complete order keeps it.
      expect(ticket.holder === state.id || closed.has(state.id) || refusedLate.has(state.id)).toBe(true);
      if (end === 'cancelled') expect(ticket.holder).not.toBe(state.id);
      if (end === 'complete') expect([ticket.holder, ticket.availability]).toEqual([state.id, 'sold']);
    }
  },
  steps,
  maxSteps: 14,
  runs: 40,
});
beforeAll(driver.open);
afterAll(driver.close);

const first = events('created', [0]);
const other = events('created', [1]);
const firstCancelled = events('cancelled', [0]);
const raised = edit({ price: 1500, title: 'a' });

// Each is the shrunk counterexample that fast-check found when one guard was removed.
const counterexamples: readonly (readonly [string, readonly Step<World, Intent>[]])[] = [
  ['two orders claim the ticket', [first, other]],
  ['the price was raised before the claim', [raised, first]],
  ['the cancellation comes before the order', [firstCancelled, first]],
  ['the cancellation and the claim run concurrently', [steps.together([events('cancelled', [1, 0]), first], [1])]],
  ['the claim comes between the reading and the writing of an edit', [steps.together([raised, first], [0, 1])]],
  ['the ticket was withdrawn before the claim', [withdraw(), first]],
  ['the withdrawn ticket is claimed at its last revision', [withdraw(), seen(), first]],
  ['the ticket is withdrawn while it is held', [first, withdraw()]],
  ['the claim and the withdrawal run concurrently', [steps.together([withdraw(), first], [1, 0])]],
  ['the withdrawal is repeated concurrently', [steps.together([withdraw(), withdraw()], [0, 1])]],
  ['the account is closed', [closeAccount(), first]],
  ['the account is closed while the ticket is held', [first, closeAccount(), firstCancelled, other]],
  ['the account is closed while the ticket is released', [first, steps.together([closeAccount(), firstCancelled])]],
  ['the account is closed while the ticket is claimed', [steps.together([closeAccount(), first]), firstCancelled]],
  [
    'the ticket is claimed after it was found on sale by the closing of the account',
    [steps.together([closeAccount(), first], [0, 0, 0, 1]), firstCancelled],
  ],
  ['two edits are made concurrently', [steps.together([raised, edit({ price: 1000, title: 'b' })], [0, 1])]],
  ['an order is refused twice concurrently', [raised, steps.together([first, first], [0, 0, 1, 0, 0])]],
  [
    'an order gets the ticket while it is refused',
    [other, first, timePasses(), steps.together([first, events('cancelled', [1]), first], [0, 0, 1, 0, 0, 1])],
  ],
  ['an order that holds nothing is cancelled', [other, firstCancelled]],
  ['a sold ticket’s order is cancelled', [events('created', [2]), events('complete', [2]), events('cancelled', [2])]],
  ['an order is undone after it was complete', [first, events('complete', [0]), events('undone', [0])]],
  ['an order is undone before its completion arrives', [first, events('undone', [0]), events('complete', [0])]],
  ['an order is undone twice', [first, events('undone', [0, 0]), other]],
  [
    'the deadline of a delivery passes',
    [first, events('complete', [0]), deliveryDue(0), deadlinePasses(), deadlinePasses(), deliveryDue(0)],
  ],
  [
    'a ticket is sold long after its order was complete',
    [first, events('complete', [2]), deadlinePasses(), deadlinePasses(), events('complete', [0]), deliveryDue(0)],
  ],
  [
    'the deadline of a delivery passes and its order is undone concurrently',
    [
      first,
      events('complete', [0]),
      deadlinePasses(),
      deadlinePasses(),
      steps.together([deliveryDue(0), events('undone', [0])], [0, 1]),
    ],
  ],
  [
    'the release before has completed an order',
    [other, events('complete', [1]), deadlinePasses(), deadlinePasses(), deliveryDue(1)],
  ],
  ['the deadline of an order passes before its claim', [events('awaiting', [0]), deadlinePasses(), first]],
  [
    'an order claims long after it was cancelled and another was',
    [first, firstCancelled, deadlinePasses(), deadlinePasses(), events('cancelled', [1]), first],
  ],
  [
    'an order is complete whose ticket another holds',
    [events('created', [2]), events('cancelled', [2]), first, events('complete', [2])],
  ],
];

test.each(counterexamples)('When %s, then the ticket is what a sequential one would be', (_, played) =>
  driver.play(played),
);

test(
  'When orders and edits reach a ticket in any order, any number of times, then it is what a sequential one would be',
  driver.playRandomSteps,
  driver.timeoutMs,
);
