import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  orderCancelled,
  orderCreated,
  orderUpdated,
  ticketClaimRefused,
  type ClaimRefusalReason,
  type OrderState,
} from '@ticketing/common/events';
import { Database, newId } from '@ticketing/common/mongo';
import { createLogger, Metrics } from '@ticketing/common/service';
import { createTurnstile, modelRuns, openTestSystem, type TestSystem } from '@ticketing/common/testing';
import * as fc from 'fast-check';
import type { Document } from 'mongodb';
import { createTicket } from './commands/create-ticket.ts';
import type { Deps } from './deps.ts';
import { editTicket } from './commands/edit-ticket.ts';
import { republishedAfterMs } from './commands/republish-tickets.ts';
import { createHolderWaits } from './memory/holder-waits.ts';
import { otherHolderTimeoutMs } from './domain/claim-decision.ts';
import { collections, openModels, type TicketDocument } from './models/open-models.ts';
import { openMetrics } from './metrics.ts';
import { subscriptions } from './subscriptions.ts';

// One ticket, its seller, and up to three orders whose events come in any order, any number of times, alone, in
// batches and side by side. The ticket must be what a plain sequential ticket would be.

let system: TestSystem;
let database: Database;
let deps: Deps;
const turnstile = createTurnstile();
const clock = { ms: Date.UTC(2030, 0, 1) };
const now = () => new Date(clock.ms);

beforeAll(async () => {
  system = await openTestSystem();
  const logger = createLogger({ service: 'tickets', level: 'silent' });
  database = new Database({ url: system.env['MONGO_URL'] ?? '', appName: 'tickets', logger });
  await database.prepare(collections);
  deps = {
    ...openModels({
      database: {
        collection: <Doc extends Document>(name: string) => turnstile.collection(database.collection<Doc>(name)),
      },
      // Unpublished events stay in the outbox, where the test reads them.
      relay: { register: () => undefined, publish: () => undefined },
      now,
      newId,
    }),
    now,
    newId,
    clearListCache: () => undefined,
    holderWaits: createHolderWaits(() => clock.ms),
    metrics: openMetrics(new Metrics()),
  };
});
afterAll(async () => {
  await database.close();
  await system.close();
});

const kinds = ['created', 'awaiting', 'complete', 'cancelled'] as const;
type Kind = (typeof kinds)[number];

/** Orders are numbered from 0. */
const untrueOrder = 2;

/** An action on the ticket. An order is created by its first action. */
type Action =
  | { readonly edit: { readonly price: number; readonly title: string } }
  /** Events of one kind, as one batch. Events that cannot be published for an order are skipped. */
  | { readonly event: Kind; readonly orders: readonly number[] };

type Step =
  | Action
  | { readonly together: readonly Action[]; readonly picks: readonly number[] }
  /** Longer than a claim waits for another holder. */
  | 'time passes'
  /** From now on orders are created for the current state of the ticket instead of an earlier one. */
  | 'the ticket is seen'
  /** Republished much later, under new ids and with new times. */
  | 'the orders are republished';

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      edit: fc.record({ price: fc.constantFrom(1000, 1500), title: fc.constantFrom('a', 'b') }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      event: fc.constantFrom(...kinds),
      orders: fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }),
    }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: action },
  {
    weight: 3,
    arbitrary: fc.record({
      together: fc.array(action, { minLength: 2, maxLength: 3 }),
      picks: fc.array(fc.nat(2), { maxLength: 10, size: 'max' }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'time passes' as const,
      'the ticket is seen' as const,
      'the orders are republished' as const,
    ),
  },
);

type Effect = 'none' | 'later' | 'retry' | 'changed' | ClaimRefusalReason;

/** The model: a ticket in memory, changed by one action at a time. */
const sequentialTicket = () => {
  interface Ticket {
    version: number;
    revision: number;
    price: number;
    title: string;
    availability: 'on_sale' | 'held' | 'sold';
    holder: string | undefined;
  }
  const ticket: Ticket = {
    version: 0,
    revision: 0,
    price: 1000,
    title: 'a',
    availability: 'on_sale',
    holder: undefined,
  };
  const closed = new Set<string>();
  const waitingSince = new Map<string, number>();
  const move = (change: Partial<Ticket>): Effect => {
    Object.assign(ticket, change, { version: ticket.version + 1 });
    return 'changed';
  };
  const decide = ({ id, ticket: ordered }: OrderState): Effect => {
    if (ticket.holder === id || closed.has(id)) return 'none';
    if (ticket.availability === 'sold') return 'unavailable';
    if (ticket.revision !== ordered.revision) {
      return ticket.price === ordered.price ? 'ticket_changed' : 'price_changed';
    }
    if (ticket.holder === undefined) return move({ holder: id, availability: 'held' });
    const since = waitingSince.get(id) ?? clock.ms;
    waitingSince.set(id, since);
    return clock.ms - since >= otherHolderTimeoutMs ? 'unavailable' : 'later';
  };
  return {
    ticket,
    closed,
    edit: ({ price, title }: { readonly price: number; readonly title: string }): Effect => {
      if (ticket.availability !== 'on_sale' || (price === ticket.price && title === ticket.title)) return 'none';
      return move({ price, title, revision: ticket.revision + 1 });
    },
    claim: (order: OrderState): Effect => {
      const effect = decide(order);
      if (effect !== 'later') waitingSince.delete(order.id);
      if (effect !== 'later' && effect !== 'changed' && effect !== 'none') closed.add(order.id);
      return effect;
    },
    sell: ({ id }: OrderState): Effect => {
      if (ticket.holder !== id || ticket.availability === 'on_sale') return 'retry';
      return ticket.availability === 'held' ? move({ availability: 'sold' }) : 'none';
    },
    release: ({ id }: OrderState): Effect => {
      closed.add(id);
      if (ticket.holder !== id || ticket.availability === 'sold') return 'none';
      return move({ holder: undefined, availability: 'on_sale' });
    },
    /** The outcome of a claim that ran concurrently with others. */
    waits: ({ id }: OrderState, isWaiting: boolean) => {
      if (isWaiting) waitingSince.set(id, waitingSince.get(id) ?? clock.ms);
      else waitingSince.delete(id);
    },
  };
};

/** An action, its effect on the model, and its outcome. */
interface Happening {
  readonly label: string;
  readonly order?: OrderState;
  readonly kind: Kind | 'edit';
  /** Of the event. */
  readonly time: number;
  readonly apply: () => Effect;
  outcome?: string;
}

const traceOf = (label: string) => ({ correlationId: label, traceId: '0'.repeat(32) });

/** Plays the steps on a new ticket, then delivers the remaining events, and compares with the model after each step. */
const play = async (steps: readonly Step[]): Promise<void> => {
  const listing = { title: 'a', price: 1000 };
  const { _id: ticketId } = await createTicket(deps, { userId: 'seller', listing, trace: traceOf('listed') });
  const model = sequentialTicket();
  const listeners = new Map(subscriptions(deps).map((listener) => [listener.subject, listener]));
  /** The orders service, as far as its events show it. */
  const orders = new Map<number, { readonly state: OrderState; end?: 'complete' | 'cancelled' }>();
  /** Orders for which `tickets` has published that they hold the ticket. */
  const confirmed = new Set<string>();
  /** When each order was given the ticket, was closed, was sold the ticket. */
  const heldAt = new Map<string, number>();
  const closedAt = new Map<string, number>();
  const soldAt = new Map<string, number>();
  /** When each event was created. */
  const times = new Map<string, number>();
  let seen = { version: 0, revision: 0, title: 'a', price: 1000 };
  let published = 1;
  let labels = 0;

  const orderOf = (number: number) => {
    const order = orders.get(number) ?? {
      state: {
        id: newId(),
        version: 0,
        userId: 'buyer',
        status: 'created' as const,
        expiresAt: now().toISOString(),
        price: seen.price,
        ticket: { ...seen, id: ticketId },
      },
    };
    orders.set(number, order);
    return order;
  };

  /**
   * The event, if it is possible: an order ends in one way only, and is paid only if tickets confirmed it. The last order
   * is an exception: it ends in both ways, as no correct orders service publishes it.
   */
  const eventOf = (kind: Kind, number: number) => {
    const order = orderOf(number);
    const { state } = order;
    const isTrue = number !== untrueOrder;
    const version = confirmed.has(state.id) ? 2 : 1;
    switch (kind) {
      case 'created':
        return { definition: orderCreated, data: state };
      case 'awaiting':
        if (!confirmed.has(state.id)) return undefined;
        return { definition: orderUpdated, data: { ...state, version: 1, status: 'awaiting:payment' as const } };
      case 'complete':
        if (isTrue && order.end === undefined && confirmed.has(state.id)) order.end = 'complete';
        if (isTrue && order.end !== 'complete') return undefined;
        return { definition: orderUpdated, data: { ...state, version: 2, status: 'complete' as const } };
      case 'cancelled':
        order.end ??= 'cancelled';
        if (isTrue && order.end !== 'cancelled') return undefined;
        return { definition: orderCancelled, data: { ...state, version, status: 'cancelled' as const } };
    }
  };

  const happeningOf = (kind: Kind, order: OrderState): Happening => {
    labels += 1;
    const key = `${kind} ${order.id}`;
    const time = times.get(key) ?? clock.ms;
    times.set(key, time);
    const apply = {
      created: () => model.claim(order),
      awaiting: () => 'none' as const,
      complete: () => model.sell(order),
      cancelled: () => model.release(order),
    }[kind];
    return { label: `${kind} ${labels}`, kind, order, time, apply };
  };

  /** The effect of an action on the model, and how it is run. */
  const prepare = (one: Action): { readonly happenings: Happening[]; readonly run: () => Promise<void> } => {
    if ('edit' in one) {
      labels += 1;
      const happening: Happening = {
        label: `edit ${labels}`,
        kind: 'edit',
        time: clock.ms,
        apply: () => model.edit(one.edit),
      };
      return {
        happenings: [happening],
        run: () =>
          editTicket(deps, { ticketId, userId: 'seller', edit: one.edit, trace: traceOf(happening.label) }).then(
            () => undefined,
            (error: unknown) => {
              happening.outcome = String(error);
            },
          ),
      };
    }
    const events = one.orders.flatMap((number) => {
      const event = eventOf(one.event, number);
      return event === undefined ? [] : [{ ...event, happening: happeningOf(one.event, event.data) }];
    });
    return {
      happenings: events.map(({ happening }) => happening),
      run: async () => {
        const [first] = events;
        if (first === undefined) return;
        const verdicts = await listeners.get(first.definition.type)?.handle(
          events.map(({ definition, data, happening }) => ({
            id: newId(),
            type: definition.type,
            schemaVersion: 1,
            time: new Date(happening.time).toISOString(),
            aggregate: { type: 'order', id: data.id, version: data.version },
            ...traceOf(happening.label),
            data,
          })),
        );
        events.forEach(({ happening }, index) => {
          happening.outcome = verdicts?.[index]?.kind ?? 'no verdict';
        });
      },
    };
  };

  const close = ({ id }: OrderState) => {
    closedAt.set(id, closedAt.get(id) ?? clock.ms);
    model.closed.add(id);
  };
  /** Whether its order was republished long after the response. */
  const isRepublished = ({ kind, order, time }: Happening): boolean => {
    const id = order?.id ?? '';
    const created = model.ticket.holder === id ? heldAt : closedAt;
    const effectAt = { created, awaiting: undefined, complete: soldAt, cancelled: closedAt, edit: undefined }[kind];
    return time - (effectAt?.get(id) ?? Infinity) > republishedAfterMs;
  };

  const compare = async (happenings: readonly Happening[], inSequence: boolean): Promise<boolean> => {
    const found = await database.collection<TicketDocument>('tickets').findOne({ _id: ticketId });
    if (found === null) throw new Error('the ticket is gone');
    const before = model.ticket.availability;
    const left = new Map(happenings.map((happening) => [happening.label, happening]));
    // Each change of the ticket is a legal move of the model, in the order of versions.
    for (const entry of found.outbox.slice(published)) {
      const label = entry.correlationId;
      const happening = left.get(label);
      left.delete(label);
      const order = happening?.order;
      const isAgain = happening !== undefined && isRepublished(happening);
      if (entry.type === ticketClaimRefused.type) {
        if (order === undefined || happening?.kind !== 'created') throw new Error(`${label} has refused an order`);
        const wasClosed = model.closed.has(order.id);
        expect([label, model.ticket.holder === order.id, wasClosed]).toEqual([label, false, isAgain]);
        // In concurrent actions the reason was true when it was read and may no longer be.
        const reason = isAgain ? 'unavailable' : happening.apply();
        if (inSequence) expect(entry.data).toEqual({ ticketId, orderId: order.id, reason });
        close(order);
        continue;
      }
      const wanted = isAgain && entry.version === model.ticket.version ? 'none' : 'changed';
      expect([label, happening?.apply()]).toEqual([label, wanted]);
      const { version, revision, price, title, holder, availability } = model.ticket;
      expect({ version: entry.version, ...entry.data }).toEqual({
        id: ticketId,
        version,
        revision,
        price,
        title,
        userId: 'seller',
        ...(holder === undefined ? {} : { orderId: holder }),
        ...(availability === 'sold' ? { soldAt: expect.any(Date) } : {}),
      });
      if (holder !== undefined) confirmed.add(holder);
      if (holder !== undefined) heldAt.set(holder, heldAt.get(holder) ?? clock.ms);
      if (holder !== undefined && availability === 'sold') soldAt.set(holder, soldAt.get(holder) ?? clock.ms);
      if (order !== undefined && happening?.kind === 'cancelled') close(order);
    }
    published = found.outbox.length;
    // An action without an effect has no effect in the model either.
    for (const { label, kind, order, outcome, apply } of left.values()) {
      if (inSequence) {
        const effect = apply();
        if (kind === 'edit') {
          const refused = before === 'on_sale' ? undefined : 'BadRequestError: Cannot edit a reserved ticket';
          expect([label, effect, outcome]).toEqual([label, 'none', refused]);
        } else {
          expect([label, outcome]).toEqual([label, effect === 'none' ? 'done' : effect]);
        }
      }
      if (order === undefined) continue;
      if (kind === 'cancelled') close(order);
      if (kind === 'created') model.waits(order, outcome === 'later');
    }
    for (const { label, kind, order, outcome } of happenings) {
      if (kind !== 'created' || order === undefined || outcome !== 'done') continue;
      expect([label, confirmed.has(order.id) || model.closed.has(order.id)]).toEqual([label, true]);
    }
    const { holder, ...rest } = model.ticket;
    expect(found).toMatchObject(rest);
    expect(found.orderId).toBe(holder);
    expect(found.closedOrders.map(({ id }) => id).toSorted()).toEqual([...model.closed].toSorted());
    return happenings.some(({ outcome }) => outcome === 'later');
  };

  const take = async (one: Step): Promise<boolean> => {
    if (one === 'time passes') clock.ms += otherHolderTimeoutMs + 1;
    else if (one === 'the orders are republished') {
      clock.ms += 30_000;
      times.clear();
    } else if (one === 'the ticket is seen') {
      const { version, revision, price, title } = model.ticket;
      seen = { version, revision, price, title };
    } else {
      const actions = 'together' in one ? one.together.map(prepare) : [prepare(one)];
      const runs = actions.map(({ run }) => run);
      if ('together' in one) await turnstile.run(runs, one.picks);
      else for (const run of runs) await run();
      return compare(
        actions.flatMap(({ happenings }) => happenings),
        actions.length === 1,
      );
    }
    return false;
  };

  for (const one of steps) await take(one);

  // Every event is delivered in the end, and repeated until it is done.
  for (let round = 0, isWaiting = true; isWaiting; round += 1) {
    expect(round).toBeLessThan(5);
    isWaiting = false;
    for (const number of orders.keys()) {
      for (const event of ['created', orderOf(number).end ?? 'awaiting'] as const) {
        if (await take({ event, orders: [number] })) isWaiting = true;
      }
    }
    await take('time passes');
  }
  const { holder, availability } = model.ticket;
  for (const [number, { state, end }] of orders) {
    if (number === untrueOrder) continue;
    // Every live order has the ticket or was refused, and a complete order keeps it.
    expect(holder === state.id || model.closed.has(state.id)).toBe(true);
    if (end === 'cancelled') expect(holder).not.toBe(state.id);
    if (end === 'complete') expect([holder, availability]).toEqual([state.id, 'sold']);
  }
};

const first = { event: 'created', orders: [0] } as const;
const other = { event: 'created', orders: [1] } as const;
const firstCancelled = { event: 'cancelled', orders: [0] } as const;
const raised = { edit: { price: 1500, title: 'a' } } as const;

// Each is the shrunk counterexample that fast-check found when one guard was removed.
const counterexamples: readonly (readonly [string, readonly Step[]])[] = [
  ['two orders claim the ticket', [first, other]],
  ['the price was raised before the claim', [raised, first]],
  ['the cancellation comes before the order', [firstCancelled, first]],
  [
    'the cancellation runs beside the claim',
    [{ together: [{ event: 'cancelled', orders: [1, 0] }, first], picks: [1] }],
  ],
  ['the claim comes between the reading and the writing of an edit', [{ together: [raised, first], picks: [0, 1] }]],
  ['two edits are made side by side', [{ together: [raised, { edit: { price: 1000, title: 'b' } }], picks: [0, 1] }]],
  ['an order is refused twice side by side', [raised, { together: [first, first], picks: [0, 0, 1, 0, 0] }]],
  [
    'an order gets the ticket while it is refused',
    [
      other,
      first,
      'time passes',
      { together: [first, { event: 'cancelled', orders: [1] }, first], picks: [0, 0, 1, 0, 0, 1] },
    ],
  ],
  ['an order that holds nothing is cancelled', [other, firstCancelled]],
  [
    'a sold ticket’s order is cancelled',
    [
      { event: 'created', orders: [2] },
      { event: 'complete', orders: [2] },
      { event: 'cancelled', orders: [2] },
    ],
  ],
  [
    'an order is complete whose ticket another holds',
    [{ event: 'created', orders: [2] }, { event: 'cancelled', orders: [2] }, first, { event: 'complete', orders: [2] }],
  ],
];

test.each(counterexamples)('When %s, then the ticket is what a sequential one would be', (_, steps) => play(steps));

const { parameters, timeoutMs } = modelRuns(40);

test(
  'When orders and edits reach a ticket in any order, any number of times, then it is what a sequential one would be',
  () => fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 14, size: 'max' }), play), parameters),
  timeoutMs,
);
