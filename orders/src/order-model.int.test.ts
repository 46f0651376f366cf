import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  chargeUpdated,
  orderExpired,
  ticketClaimRefused,
  ticketUpdated,
  type CancelReason,
  type ChargeState,
  type EventDefinition,
  type OrderStatus,
  type TicketState,
} from '@ticketing/common/events';
import { Database, newId } from '@ticketing/common/mongo';
import { createLogger, Metrics } from '@ticketing/common/service';
import { createTurnstile, modelRuns, openTestSystem, type TestSystem } from '@ticketing/common/testing';
import * as fc from 'fast-check';
import type { Document } from 'mongodb';
import { cancelOverdueOrders } from './commands/cancel-overdue-orders.ts';
import { cancelOwnOrder } from './commands/cancel-own-order.ts';
import { createOrder } from './commands/create-order.ts';
import type { Deps } from './deps.ts';
import { openMetrics } from './metrics.ts';
import { collections, openModels, type OrderDocument, type TicketCopy } from './models/open-models.ts';
import { subscriptions } from './subscriptions.ts';

// One ticket, its buyers, and the events of tickets, payments and expiration in any order, any number of times, alone,
// in batches and side by side with what the buyers do. The orders must be what plain sequential orders would be.

let system: TestSystem;
let database: Database;
let deps: Deps;
const turnstile = createTurnstile();
const clock = { ms: Date.UTC(2030, 0, 1) };
const now = () => new Date(clock.ms);
const windowSeconds = 900;

beforeAll(async () => {
  system = await openTestSystem();
  const logger = createLogger({ service: 'orders', level: 'silent' });
  database = new Database({ url: system.env['MONGO_URL'] ?? '', appName: 'orders', logger });
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
    windowSeconds,
    metrics: openMetrics(new Metrics()),
  };
});
afterAll(async () => {
  await database.close();
  await system.close();
});

/** Orders are numbered from 0 in order of creation; an action on an order that does not exist is skipped. */
type Action =
  | { readonly order: 'buyer' | 'seller'; readonly expectedPrice?: number | undefined }
  | { readonly cancel: number; readonly by: 'buyer' | 'seller' }
  /** Versions of the ticket, as one batch; for a version that does not exist, the newest. */
  | { readonly ticket: readonly number[] }
  | { readonly refused: number }
  | { readonly charged: readonly number[]; readonly status: 'completed' | 'failed' }
  | { readonly expired: readonly number[] }
  | 'overdue orders are looked for';

/** What `tickets` does with the ticket, published in an event that may arrive at any time. */
type TicketMove = { readonly holds: number } | 'edits' | 'frees' | 'sells';

type Step =
  | Action
  | { readonly tickets: TicketMove }
  | { readonly together: readonly Action[]; readonly picks: readonly number[] }
  | 'a hold runs out'
  | 'a minute passes';

const number = fc.nat(2);
const numbers = fc.array(number, { minLength: 1, maxLength: 3 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      order: fc.constantFrom('buyer' as const, 'buyer' as const, 'buyer' as const, 'seller' as const),
      expectedPrice: fc.constantFrom(undefined, undefined, 1000, 1500),
    }),
  },
  { weight: 2, arbitrary: fc.record({ cancel: number, by: fc.constantFrom('buyer' as const, 'seller' as const) }) },
  { weight: 4, arbitrary: fc.record({ ticket: fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ refused: number }) },
  {
    weight: 2,
    arbitrary: fc.record({ charged: numbers, status: fc.constantFrom('completed' as const, 'failed' as const) }),
  },
  { weight: 2, arbitrary: fc.record({ expired: numbers }) },
  { weight: 1, arbitrary: fc.constant('overdue orders are looked for' as const) },
);
const ticketMove: fc.Arbitrary<TicketMove> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ holds: number }) },
  { weight: 2, arbitrary: fc.constantFrom('edits' as const, 'frees' as const, 'sells' as const) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: action },
  { weight: 3, arbitrary: fc.record({ tickets: ticketMove }) },
  {
    weight: 3,
    arbitrary: fc.record({
      together: fc.array(action, { minLength: 2, maxLength: 3 }),
      picks: fc.array(fc.nat(2), { maxLength: 10, size: 'max' }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom('a hold runs out' as const, 'a minute passes' as const) },
);

interface Order {
  readonly id: string;
  readonly price: number;
  readonly ticket: OrderDocument['ticket'];
  readonly expiresAt: number;
  status: OrderStatus;
  reason: CancelReason | undefined;
  version: number;
}

type Effect = 'none' | 'later' | 'changed';

const isUnpaid = ({ status }: Order) => status === 'created' || status === 'awaiting:payment';

/** The model: orders in memory, changed by one action at a time. */
const move = (order: Order, status: OrderStatus, reason?: CancelReason): Effect => {
  Object.assign(order, { status, reason, version: order.version + 1 });
  return 'changed';
};
const cancel = (order: Order, reason: CancelReason): Effect =>
  isUnpaid(order) ? move(order, 'cancelled', reason) : 'none';
const confirm = (order: Order): Effect => (order.status === 'created' ? move(order, 'awaiting:payment') : 'none');
const complete = (order: Order): Effect => (order.status === 'awaiting:payment' ? move(order, 'complete') : 'none');
const refuse = (order: Order): Effect => (order.status === 'created' ? cancel(order, 'price_changed') : 'none');
const expire = (order: Order, lateMs: number): Effect => {
  if (!isUnpaid(order)) return 'none';
  return order.expiresAt + lateMs <= clock.ms ? cancel(order, 'expired') : 'later';
};

/** An action, its effect on each order of the model, and its outcome. */
interface Happening {
  readonly label: string;
  readonly subject: 'order' | 'cancel' | 'event' | 'repair';
  readonly effects: readonly { readonly order: Order; readonly apply: () => Effect }[];
  /** The expected response to a new order. */
  readonly wanted?: (() => string | undefined) | undefined;
  readonly run: () => Promise<void>;
  outcome?: string | undefined;
}

const traceOf = (label: string) => ({ correlationId: label, traceId: '0'.repeat(32) });
const outcomeOf = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => undefined,
    (error: unknown) => String(error),
  );

/** Plays the steps on a new ticket, then delivers the remaining events, and compares with the model after each step. */
const play = async (steps: readonly Step[]): Promise<void> => {
  const listeners = new Map(subscriptions(deps).map((listener) => [listener.subject, listener]));
  const ticketId = newId();
  /** Every state of the ticket, by version. */
  const source: TicketState[] = [
    { id: ticketId, version: 0, revision: 0, title: 'Final', price: 1000, userId: 'seller' },
  ];
  let copy: TicketState | undefined;
  const orders: Order[] = [];
  const seen = new Map<string, number>();
  let labels = 0;
  const newest = (): TicketState => {
    const state = source.at(-1);
    if (state === undefined) throw new Error('no ticket');
    return state;
  };
  const isTaken = () => orders.some(({ status }) => status !== 'cancelled');

  const deliver = async <Data>(
    definition: EventDefinition<string, Data>,
    events: readonly { readonly data: Data; readonly version: number }[],
    label: string,
  ): Promise<string> => {
    const verdicts = await listeners.get(definition.type)?.handle(
      events.map(({ data, version }) => ({
        id: newId(),
        type: definition.type,
        schemaVersion: 1,
        time: now().toISOString(),
        aggregate: { type: definition.aggregateType, id: ticketId, version },
        ...traceOf(label),
        data,
      })),
    );
    return verdicts?.map(({ kind }) => kind).join() ?? '';
  };

  const existing = (wanted: readonly number[]): Order[] =>
    wanted.flatMap((one) => {
      const order = orders[one];
      return order === undefined ? [] : [order];
    });

  const moveTicket = (one: TicketMove): void => {
    const { orderId, soldAt, ...rest } = newest();
    const next = { ...rest, version: rest.version + 1 };
    if (soldAt !== undefined) return;
    if (one === 'edits' && orderId === undefined) {
      source.push({ ...next, revision: rest.revision + 1, price: rest.price === 1000 ? 1500 : 1000 });
    } else if (one === 'frees' && orderId !== undefined) source.push(next);
    else if (one === 'sells' && orderId !== undefined) source.push({ ...next, orderId, soldAt: now().toISOString() });
    else if (typeof one === 'object' && orderId === undefined) {
      for (const order of existing([one.holds])) source.push({ ...next, orderId: order.id });
    }
  };

  const wantedOf = (userId: string, expectedPrice: number | undefined): string | undefined => {
    if (copy === undefined) return 'NotFoundError: Ticket not found';
    if (userId === copy.userId) return 'BadRequestError: You cannot order your own ticket';
    if (copy.orderId !== undefined) return 'BadRequestError: Ticket is already reserved';
    if (expectedPrice !== undefined && expectedPrice !== copy.price) {
      return 'ConflictError: The price of this ticket has changed';
    }
    return isTaken() ? 'BadRequestError: Ticket is already reserved' : undefined;
  };

  const prepare = (one: Action): Happening => {
    labels += 1;
    const label = String(labels);
    const events = (effects: Happening['effects'], run: () => Promise<string>): Happening => {
      const happening: Happening = {
        label,
        subject: 'event',
        effects,
        run: async () => {
          happening.outcome = await run();
        },
      };
      return happening;
    };
    if (one === 'overdue orders are looked for') {
      return {
        label,
        subject: 'repair',
        effects: orders.map((order) => ({
          order,
          apply: () => (expire(order, 60_001) === 'changed' ? 'changed' : 'none'),
        })),
        run: async () => {
          await cancelOverdueOrders(deps);
        },
      };
    }
    if ('order' in one) {
      const request = { userId: one.order, ticketId, expectedPrice: one.expectedPrice, trace: traceOf(label) };
      const happening: Happening = {
        label,
        subject: 'order',
        effects: [],
        wanted: () => wantedOf(one.order, one.expectedPrice),
        run: async () => {
          happening.outcome = await outcomeOf(createOrder(deps, request));
        },
      };
      return happening;
    }
    if ('cancel' in one) {
      const [order] = existing([one.cancel]);
      if (order === undefined) return events([], async () => '');
      const happening: Happening = {
        label,
        subject: 'cancel',
        effects: one.by === 'buyer' ? [{ order, apply: () => cancel(order, 'by_buyer') }] : [],
        wanted: () => {
          if (one.by === 'seller') return 'NotAuthorizedError: Not authorized';
          return order.status === 'complete' ? 'BadRequestError: A paid order cannot be cancelled' : undefined;
        },
        run: async () => {
          const trace = traceOf(label);
          happening.outcome = await outcomeOf(cancelOwnOrder(deps, { orderId: order.id, userId: one.by, trace }));
        },
      };
      return happening;
    }
    if ('ticket' in one) {
      const states = one.ticket.map((version) => source[version] ?? newest());
      return events(
        states.flatMap(({ orderId, soldAt }) =>
          orders
            .filter(({ id }) => id === orderId && soldAt === undefined)
            .map((order) => ({ order, apply: () => confirm(order) })),
        ),
        async () => {
          const verdict = await deliver(
            ticketUpdated,
            states.map((data) => ({ data, version: data.version })),
            label,
          );
          return verdict;
        },
      );
    }
    if ('refused' in one) {
      const refused = existing([one.refused]);
      return events(
        refused.map((order) => ({ order, apply: () => refuse(order) })),
        () =>
          deliver(
            ticketClaimRefused,
            refused.map(({ id }) => ({
              data: { ticketId, orderId: id, reason: 'price_changed' as const },
              version: 0,
            })),
            label,
          ),
      );
    }
    if ('charged' in one) {
      // Payments charges no order before it has received the event that the order is confirmed.
      const charged = existing(one.charged).filter(({ status, version }) => status !== 'created' && version > 0);
      const { status } = one;
      return events(
        charged.map((order) => ({
          order,
          apply: () => (status === 'completed' ? complete(order) : cancel(order, 'payment_failed')),
        })),
        () =>
          deliver(
            chargeUpdated,
            charged.map(({ id, price }) => {
              const data: ChargeState = {
                id,
                version: 1,
                orderId: id,
                status,
                attempts: 0,
                amount: price,
                currency: 'usd',
              };
              return { data, version: 1 };
            }),
            label,
          ),
      );
    }
    const expired = existing(one.expired);
    return events(
      expired.map((order) => ({ order, apply: () => expire(order, 0) })),
      () =>
        deliver(
          orderExpired,
          expired.map(({ id }) => ({ data: { orderId: id }, version: 0 })),
          label,
        ),
    );
  };

  const compare = async (happenings: readonly Happening[], inSequence: boolean): Promise<boolean> => {
    const wasTaken = isTaken() || copy?.orderId !== undefined;
    // Without concurrency, nothing changes before the request.
    const wanted = happenings.map((happening) => happening.wanted?.());
    const found = await database
      .collection<OrderDocument>('orders')
      .find({ 'ticket.id': ticketId })
      .sort({ createdAt: 1, _id: 1 })
      .toArray();
    const stored = await database.collection<TicketCopy>('tickets').findOne({ _id: ticketId });
    const before = copy;
    copy = stored?.ticket;
    const changedBy = new Map<Happening, Set<Order>>();
    for (const { _id, outbox, price, ticket } of found) {
      let order = orders.find(({ id }) => id === _id);
      for (const entry of outbox.slice(seen.get(_id) ?? 0)) {
        const happening = happenings.find(({ label }) => label === entry.correlationId);
        if (order === undefined) {
          expect([entry.version, entry.type, happening?.subject]).toEqual([0, 'order.created', 'order']);
          if (inSequence) expect(wanted[0]).toBeUndefined();
          // For an earlier or the current state of the ticket, concurrently with its events.
          const known = [before, copy].find((state) => state?.version === ticket.version);
          expect({ ...known, ...ticket }).toEqual(known ?? 'a ticket that is known');
          expect(price).toBe(known?.price);
          const expiresAt = clock.ms + windowSeconds * 1000;
          order = { id: _id, price, ticket, expiresAt, status: 'created', reason: undefined, version: 0 };
          orders.push(order);
          continue;
        }
        const self = order;
        const of =
          happening?.subject === 'repair' ? undefined : happening?.effects.find((effect) => effect.order === self);
        const effect =
          happening?.subject === 'repair' || entry.correlationId.startsWith('overdue-')
            ? expire(self, 60_001)
            : of?.apply();
        expect([entry.correlationId, effect, entry.version]).toEqual([entry.correlationId, 'changed', self.version]);
        expect([entry.data['status'], entry.data['reason']]).toEqual([self.status, self.reason]);
        if (happening !== undefined) changedBy.set(happening, (changedBy.get(happening) ?? new Set()).add(self));
      }
      seen.set(_id, outbox.length);
      expect(order).toBeDefined();
      const { id, expiresAt, reason, ...rest } = order ?? { id: '', expiresAt: 0, reason: undefined };
      const document = found.find((one) => one._id === id);
      expect(document).toMatchObject({ ...rest, expiresAt: new Date(expiresAt) });
      expect(document?.reason).toBe(reason);
    }
    expect(found).toHaveLength(orders.length);
    // The ticket has one live order at most.
    expect(found.filter(({ status }) => status !== 'cancelled').length).toBeLessThanOrEqual(1);
    // An action without an effect has no effect in the model either.
    let isWaiting = false;
    happenings.forEach((happening, index) => {
      const { effects, label, outcome, subject } = happening;
      const verdicts = effects.map(({ order, apply }) => {
        if (changedBy.get(happening)?.has(order) === true) return 'done';
        const effect = apply();
        expect([label, effect === 'changed']).toEqual([label, false]);
        return effect === 'later' ? 'later' : 'done';
      });
      if (verdicts.includes('later')) isWaiting = true;
      if (!inSequence) {
        if (subject === 'order' && outcome?.endsWith('already reserved') === true) {
          expect([label, wasTaken || isTaken() || copy?.orderId !== undefined]).toEqual([label, true]);
        }
        return;
      }
      if (subject === 'order' || subject === 'cancel') expect([label, outcome]).toEqual([label, wanted[index]]);
      if (subject === 'event' && effects.length > 0 && effects.length === outcome?.split(',').length) {
        expect([label, outcome]).toEqual([label, verdicts.join()]);
      }
    });
    return isWaiting;
  };

  let newestReceived = -1;
  const take = async (one: Step): Promise<boolean> => {
    if (one === 'a hold runs out') clock.ms += windowSeconds * 1000;
    else if (one === 'a minute passes') clock.ms += 60_001;
    else if (typeof one === 'object' && 'tickets' in one) moveTicket(one.tickets);
    else {
      const actions = typeof one === 'object' && 'together' in one ? one.together : [one];
      const happenings = actions.map(prepare);
      const runs = happenings.map(({ run }) => run);
      if (typeof one === 'object' && 'together' in one) await turnstile.run(runs, one.picks);
      else for (const run of runs) await run();
      const versions = actions.flatMap((each) =>
        typeof each === 'object' && 'ticket' in each
          ? each.ticket.map((version) => source[version]?.version ?? newest().version)
          : [],
      );
      newestReceived = Math.max(newestReceived, ...versions);
      const isWaiting = await compare(happenings, actions.length === 1);
      // Copies converge to the newest state that was received.
      expect(copy).toEqual(source[newestReceived]);
      return isWaiting;
    }
    return false;
  };

  try {
    for (const one of steps) await take(one);
    // Every event is delivered in the end.
    await take({ ticket: source.map(({ version }) => version) });
    const all = { expired: [...orders.keys()] };
    if (await take(all)) {
      await take('a hold runs out');
      expect(await take(all)).toBe(false);
    }
    expect(orders.filter(isUnpaid)).toEqual([]);
    expect(orders.filter(({ status }) => status === 'complete').length).toBeLessThanOrEqual(1);
  } finally {
    await database.collection('orders').deleteMany({ 'ticket.id': ticketId });
  }
};

const listed = { ticket: [0] } as const;
const ordered = { order: 'buyer' } as const;
const held = { tickets: { holds: 0 } } as const;
const known = { ticket: [9] } as const;

// Each is the shrunk counterexample that fast-check found when one guard was removed.
const counterexamples: readonly (readonly [string, readonly Step[]])[] = [
  ['two buyers order the ticket side by side', [listed, { together: [ordered, ordered], picks: [] }]],
  ['the ticket is ordered again', [listed, ordered, ordered]],
  [
    'a paid order is cancelled by an event of its payment',
    [listed, ordered, held, known, { charged: [0], status: 'completed' }, { charged: [0], status: 'failed' }],
  ],
  [
    'a paid order is cancelled by its buyer',
    [listed, ordered, held, known, { charged: [0], status: 'completed' }, { cancel: 0, by: 'buyer' }],
  ],
  [
    'the payment of a cancelled order arrives',
    [listed, ordered, held, known, { cancel: 0, by: 'buyer' }, { charged: [0], status: 'completed' }],
  ],
  ['the confirmation comes twice', [listed, ordered, held, known, known]],
  ['a confirmed order is refused', [listed, ordered, held, known, { refused: 0 }]],
  ['the timer rings early', [listed, ordered, { expired: [0] }]],
  ['an older state of the ticket arrives', [listed, { tickets: 'edits' }, known, listed]],
  ['the ticket is held', [listed, ordered, held, known, { cancel: 0, by: 'buyer' }, ordered]],
];

test.each(counterexamples)('When %s, then the orders are what sequential ones would be', (_, steps) => play(steps));

const begun = fc.constantFrom<readonly Step[]>(
  [],
  [listed, ordered],
  [listed, ordered, held],
  [listed, ordered, held, known],
);
const { parameters, timeoutMs } = modelRuns(80);

test(
  'When buyers and events reach orders in any order, any number of times, then they are what sequential ones would be',
  () =>
    fc.assert(
      fc.asyncProperty(fc.tuple(begun, fc.array(step, { maxLength: 14, size: 'max' })), ([before, steps]) =>
        play([...before, ...steps]),
      ),
      parameters,
    ),
  timeoutMs,
);
