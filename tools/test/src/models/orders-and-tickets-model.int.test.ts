import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CustomError } from '@ticketing/common/errors';
import { chargeClosed, chargeUpdated, type EventDefinition } from '@ticketing/common/events';
import { createJetStreamTransport } from '@ticketing/common/messaging';
import { currencyOf } from '@ticketing/common/money';
import { Database } from '@ticketing/common/mongo';
import { createLogger, Metrics } from '@ticketing/common/service';
import { createTurnstile, event, modelRuns, openTestSystem, printed, testStreamBytes } from '@ticketing/common/testing';
import * as fc from 'fast-check';
import { cancelOwnOrder } from '../../../../orders/src/commands/cancel-own-order.ts';
import { closeOverdueOrders, repeatClosingQuestions } from '../../../../orders/src/commands/close-overdue-orders.ts';
import { createOrder } from '../../../../orders/src/commands/create-order.ts';
import { republishUnconfirmedOrders } from '../../../../orders/src/commands/republish-unconfirmed-orders.ts';
import type { Deps as OrdersDeps } from '../../../../orders/src/deps.ts';
import { openMetrics as openOrdersMetrics } from '../../../../orders/src/metrics.ts';
import * as ordersModels from '../../../../orders/src/models/open-models.ts';
import { subscriptions as ordersSubscriptions } from '../../../../orders/src/subscriptions.ts';
import { createTicket } from '../../../../tickets/src/commands/create-ticket.ts';
import { editTicket } from '../../../../tickets/src/commands/edit-ticket.ts';
import { withdrawTicket } from '../../../../tickets/src/commands/withdraw-ticket.ts';
import type { Deps as TicketsDeps } from '../../../../tickets/src/deps.ts';
import { createHolderWaits } from '../../../../tickets/src/memory/holder-waits.ts';
import { openMetrics as openTicketsMetrics } from '../../../../tickets/src/metrics.ts';
import * as ticketsModels from '../../../../tickets/src/models/open-models.ts';
import { subscriptions as ticketsSubscriptions } from '../../../../tickets/src/subscriptions.ts';
import { openControlledBus, type ControlledBus } from './controlled-bus.ts';
import { openReplica, type Fault, type Outcome, type Replica } from './replica.ts';

// Two replicas of orders and two of tickets, whose clocks are apart, with their databases, relays and listeners on one NATS. Sellers
// and buyers send requests, messages are delivered in any order and again, and replicas die and lose connections. Whatever happens,
// once everything has been delivered both services agree, and no ticket has two buyers.

const clock = { ms: Date.UTC(2030, 0, 1) };
const after = (ms: number) => () => new Date(clock.ms + ms);
const windowSeconds = 900;
/** After it orders ends an order by itself. */
const overdueMs = windowSeconds * 1000 + 501;
const deliveryMs = { max: 7 * 24 * 60 * 60_000, min: 60_000 };
/** A sweep publishes what is older, by the clock of its replica. */
const abandonedAfterMs = 4_000;
const currency = currencyOf('usd');
const trace = { correlationId: 'model', traceId: '0'.repeat(32) };

/** What payments has decided about an order; it never decides again. */
type Decision = 'completed' | 'closed';

interface World {
  readonly bus: ControlledBus;
  readonly databases: { readonly orders: Database; readonly tickets: Database };
  readonly orders: readonly Replica<OrdersDeps>[];
  readonly tickets: readonly Replica<TicketsDeps>[];
  readonly listed: string[];
  readonly decisions: Map<string, Decision>;
  readonly newId: () => string;
}

interface Step {
  readonly name: string;
  readonly run: (world: World) => Promise<unknown>;
}

const turnstile = createTurnstile();
const closers: (() => Promise<unknown>)[] = [];
let opened: Omit<World, 'listed' | 'decisions'> | undefined;

/** Ids grow, so that messages have an order, and no two runs share any: NATS would take an event of a later run for a repeat. */
const ids = { run: 0, last: 0 };
const newId = (): string => {
  ids.last += 1;
  return ids.run.toString(16).padStart(8, '0') + ids.last.toString(16).padStart(16, '0');
};

beforeAll(async () => {
  const system = await openTestSystem();
  closers.unshift(() => system.close());
  const logger = createLogger({ service: 'model', level: 'silent' });
  const openDatabase = async (service: 'orders' | 'tickets'): Promise<Database> => {
    const url = new URL(system.env['MONGO_URL'] ?? '');
    url.pathname += `-${service}`;
    const database = new Database({ url: url.href, appName: service, logger });
    closers.unshift(async () => {
      await database.drop();
      await database.close();
    });
    await database.prepare(service === 'orders' ? ordersModels.collections : ticketsModels.collections);
    return database;
  };
  const databases = { orders: await openDatabase('orders'), tickets: await openDatabase('tickets') };
  const natsUrl = system.env['NATS_URL'] ?? '';
  const stream = { url: natsUrl, logger, namespace: system.name, maxBytes: testStreamBytes, clientName: 'model' };
  const transport = createJetStreamTransport(stream);
  closers.unshift(() => transport.close());
  const bus = await openControlledBus(transport, ['orders', 'tickets']);

  const shared = { turnstile, bus, newId };
  const openOrders = (now: () => Date): Promise<Replica<OrdersDeps>> =>
    openReplica({
      ...shared,
      service: 'orders',
      database: databases.orders,
      now,
      open: (store) => ({
        ...ordersModels.openModels(store),
        now,
        newId,
        currency,
        deliveryMs,
        windowSeconds,
        maxLiveHolds: 100,
        metrics: openOrdersMetrics(new Metrics()),
        copyDelayMs: 0,
        copied: () => undefined,
      }),
      subscriptions: ordersSubscriptions,
    });
  const openTickets = (now: () => Date): Promise<Replica<TicketsDeps>> =>
    openReplica({
      ...shared,
      service: 'tickets',
      database: databases.tickets,
      now,
      open: (store) => ({
        ...ticketsModels.openModels(store),
        now,
        newId,
        currency,
        deliveryMinMs: deliveryMs.min,
        transaction: () => Promise.reject(new Error('not used')),
        codeKey: 'not used',
        clearListCache: () => undefined,
        holderWaits: createHolderWaits(() => clock.ms),
        inspectFile: () => Promise.reject(new Error('not used')),
        metrics: openTicketsMetrics(new Metrics()),
      }),
      subscriptions: ticketsSubscriptions,
    });
  const orders = await Promise.all([after(0), after(-5_000)].map(openOrders));
  const tickets = await Promise.all([after(0), after(20_000)].map(openTickets));
  for (const replica of [...orders, ...tickets]) closers.unshift(() => replica.stop());
  opened = { bus, databases, orders, tickets, newId };
}, 60_000);
afterAll(async () => {
  for (const close of closers) await close();
});

const readOrders = ({ databases }: World) =>
  databases.orders.collection<ordersModels.OrderDocument>('orders').find().sort({ _id: 1 }).toArray();
const readTickets = ({ databases }: World) =>
  databases.tickets.collection<ticketsModels.TicketDocument>('tickets').find().sort({ _id: 1 }).toArray();
const readCopies = ({ databases }: World) =>
  databases.orders.collection<ordersModels.TicketCopy>('tickets').find().toArray();

const pick = <T>(all: readonly T[], index: number): T | undefined => all[index % Math.max(1, all.length)];

const publish = async <Data>({ bus }: World, definition: EventDefinition<string, Data>, data: Data): Promise<void> => {
  const message = { ...event(definition, data, after(0)(), undefined).message, id: newId() };
  await bus.publish({ subject: definition.type, id: message.id, body: JSON.stringify(message) });
};

/** Payments completes or closes an order once, and repeats its decision. */
const decide = async (world: World, order: ordersModels.OrderDocument, wanted: Decision): Promise<void> => {
  const orderId = order._id;
  const decision = world.decisions.get(orderId) ?? wanted;
  world.decisions.set(orderId, decision);
  if (decision === 'closed') return publish(world, chargeClosed, { orderId });
  const fixed = { id: orderId, orderId, version: 1, attempts: 0, amount: order.price, currency: currency.code };
  const completedAt = new Date(clock.ms).toISOString();
  return publish(world, chargeUpdated, { ...fixed, status: 'completed', completedAt });
};

const replicas = fc.nat(1);
const faults: fc.Arbitrary<Fault | undefined> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: fc.nat(9).map((dies) => ({ dies })) },
  { weight: 2, arbitrary: fc.nat(1).map((written) => ({ written })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Fault[]>({ publishing: 'lost' }, { publishing: 'unacknowledged' }),
  },
);
const subsets = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 7 }) },
);

const weighted: fc.WeightedArbitrary<Step>[] = [];
const names = new Set<string>();
/** Steps that have had an effect in any run: one that never succeeds would test nothing. */
const succeeded = new Set<string>();
/** Adds a step to the random ones; returns what makes it from given arguments. It has no outcome when there is nothing to do. */
const step = <Args extends unknown[]>(
  name: string,
  weight: number,
  args: { readonly [Index in keyof Args]: fc.Arbitrary<Args[Index]> },
  run: (world: World, ...args: Args) => Promise<Outcome | undefined>,
) => {
  names.add(name);
  const make = (...given: Args): Step =>
    printed(name, given, {
      run: async (world: World) => {
        if ((await run(world, ...given)) === 'ok') succeeded.add(name);
      },
    });
  weighted.push({ weight, arbitrary: fc.tuple<Args>(...args).map((given) => make(...given)) });
  return make;
};

const listing = { title: 'a', price: 1000 };
const list = step('list', 1, [replicas, faults], async (world, replica, fault) => {
  if (world.listed.length >= 3) return undefined;
  const listed = { userId: 'seller', listing, trace };
  return world.tickets[replica]?.run(async (deps) => {
    world.listed.push((await createTicket(deps, listed))._id);
  }, fault);
});
step(
  'edit',
  3,
  [fc.nat(2), fc.constantFrom(1000, 1500), replicas, faults],
  async ({ listed, tickets }, which, price, replica, fault) => {
    const ticketId = pick(listed, which);
    if (ticketId === undefined) return undefined;
    return tickets[replica]?.run(
      (deps) => editTicket(deps, { ticketId, userId: 'seller', edit: { title: 'a', price }, trace }),
      fault,
    );
  },
);
step('withdraw', 1, [fc.nat(2), replicas, faults], async ({ listed, tickets }, which, replica, fault) => {
  const ticketId = pick(listed, which);
  if (ticketId === undefined) return undefined;
  return tickets[replica]?.run((deps) => withdrawTicket(deps, { ticketId, userId: 'seller', trace }), fault);
});
/** Several buyers at once, each for the next ticket: the orders are inserted as one batch. */
const order = step(
  'order',
  6,
  [fc.nat(2), fc.integer({ min: 1, max: 3 }), replicas, faults],
  async ({ listed, orders }, first, buyers, replica, fault) => {
    if (listed.length === 0) return undefined;
    return orders[replica]?.run(async (deps) => {
      const ended = await Promise.allSettled(
        Array.from({ length: buyers }, async (_, buyer) => {
          const ticketId = pick(listed, first + buyer);
          if (ticketId !== undefined) await createOrder(deps, { userId: `buyer ${buyer}`, ticketId, trace });
        }),
      );
      const errors = ended.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
      // The refusal of one buyer must not hide how another one failed.
      if (errors.length > 0) throw errors.find((error) => !(error instanceof CustomError)) ?? errors[0];
    }, fault);
  },
);
const cancel = step('cancel', 3, [fc.nat(5), replicas, faults], async (world, which, replica, fault) => {
  const own = pick(await readOrders(world), which);
  if (own === undefined) return undefined;
  const { _id: orderId, userId } = own;
  return world.orders[replica]?.run((deps) => cancelOwnOrder(deps, { orderId, userId, trace }), fault);
});
/** Payments may not have heard yet that the order has ended. */
const pay = step('pay', 4, [fc.nat(5)], async (world, which) => {
  const payable = (await readOrders(world)).filter(({ history }) =>
    history?.some(({ status }) => status === 'awaiting:payment'),
  );
  const own = pick(payable, which);
  if (own === undefined || world.decisions.has(own._id)) return undefined;
  await decide(world, own, 'completed');
  return 'ok';
});
const decideClosing = async (world: World): Promise<void> => {
  for (const own of await readOrders(world))
    if (own.status === 'awaiting:payment' && own.closing !== undefined) await decide(world, own, 'closed');
};
step('payments decides', 1, [], async (world) => {
  await decideClosing(world);
  return 'ok';
});
/** More than there are, so that each one is as likely as another. */
const consumers = fc.nat(1_000);
/** A batch of what waits at one consumer: everything, or the messages whose bits are set. An acknowledgement may be lost. */
const deliver = step(
  'deliver',
  14,
  [consumers, subsets, fc.boolean(), replicas, faults],
  async (world, which, subset, isAcknowledged, replica, fault) => {
    const durable = pick(world.bus.waiting(), which);
    if (durable === undefined) return undefined;
    const all = world.bus.messages(durable).map(({ message }) => message);
    const chosen = subset === 0 ? all : all.filter((_, index) => ((subset >> (index % 3)) & 1) === 1);
    const messages = isAcknowledged ? chosen : chosen.map((message) => ({ ...message, ack: () => undefined }));
    if (messages.length === 0) return undefined;
    return replicaOf(world, durable, replica)?.handle(durable, messages, fault);
  },
);
const redeliver = step('redeliver', 3, [fc.nat(20), consumers, replicas], async (world, which, consumer, replica) => {
  const durable = pick(world.bus.served(), consumer);
  const old = durable === undefined ? undefined : pick(world.bus.acknowledged(durable), which);
  if (durable === undefined || old === undefined) return undefined;
  return replicaOf(world, durable, replica)?.handle(durable, [old.message]);
});
const sweep = step(
  'sweep',
  4,
  [fc.constantFrom<('orders' | 'tickets')[]>('orders', 'tickets'), replicas, faults],
  async (world, service, replica, fault) => world[service][replica]?.sweep(fault),
);
/** Until a claim no longer waits for another holder, until a sweep finds what was left, and until holds end. */
const timePasses = step(
  'time passes',
  3,
  [fc.constantFrom(2_001, abandonedAfterMs, 31_000, overdueMs)],
  async (_, ms) => {
    clock.ms += ms;
    return 'ok';
  },
);
const work = step('orders works', 3, [replicas, faults], async ({ orders }, replica, fault) => {
  return orders[replica]?.run(async (deps) => {
    await closeOverdueOrders(deps);
    await repeatClosingQuestions(deps);
    await republishUnconfirmedOrders(deps);
  }, fault);
});

type Handling = Pick<Replica<never>, 'handle'>;
const replicaOf = ({ orders, tickets }: World, durable: string, replica: number): Handling | undefined =>
  durable.startsWith('orders_') ? orders[replica] : tickets[replica];

/** Steps whose round trips interleave in the order of `picks`. */
const together = (steps: readonly Step[], picks: readonly number[]): Step =>
  printed('together', [...steps, picks], {
    run: (world: World) =>
      turnstile.run(
        steps.map((one) => async () => {
          await one.run(world);
        }),
        picks,
      ),
  });

const alone = fc.oneof(...weighted);
const anyStep = fc.oneof(
  { weight: 4, arbitrary: alone },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.array(alone, { minLength: 2, maxLength: 3 }), fc.array(fc.nat(2), { maxLength: 12, size: 'max' }))
      .map(([steps, picks]) => together(steps, picks)),
  },
);

const recover = async ({ bus, orders, tickets }: World): Promise<void> => {
  for (const replica of [...orders, ...tickets]) await replica.recover();
  await bus.arrived();
};

const maxRounds = 12;

/** Delivers everything, until nothing is left to be delivered or published. */
const settle = async (world: World): Promise<void> => {
  const { bus, orders, tickets } = world;
  for (let round = 0; ; round += 1) {
    expect(round).toBeLessThan(maxRounds);
    clock.ms += abandonedAfterMs + 5_000;
    for (const replica of [...orders, ...tickets]) expect(await replica.sweep()).toBe('ok');
    await decideClosing(world);
    await bus.arrived();
    const waiting = bus.waiting();
    if (waiting.length === 0 && round > 0) return;
    for (const durable of waiting) {
      const messages = bus.messages(durable).map(({ message }) => message);
      expect(await replicaOf(world, durable, round % 2)?.handle(durable, messages)).toBe('ok');
      await bus.arrived();
    }
  }
};

const isLive = ({ status, keepsTicket }: ordersModels.OrderDocument): boolean =>
  status !== 'cancelled' || keepsTicket === true;

const when = (isViolated: boolean, violation: string): string[] => (isViolated ? [violation] : []);

/** What both services know of a ticket. */
const known = ({ version, revision, price, orderId, soldAt, withdrawnAt }: ordersModels.TicketCopy['ticket']): string =>
  JSON.stringify({ version, revision, price, orderId, soldAt, withdrawnAt });

const violationsOfTicket = (
  ticket: ticketsModels.TicketDocument,
  orders: readonly ordersModels.OrderDocument[],
  copy: ordersModels.TicketCopy['ticket'] | undefined,
): string[] => {
  const { _id: id, availability, orderId, outbox, soldAt, withdrawnAt, ...fields } = ticket;
  const live = orders.filter((own) => own.ticket.id === id && isLive(own)).length;
  const holder = orders.find(({ _id }) => _id === orderId)?.status ?? 'unknown';
  const copied = copy === undefined ? 'nothing' : known(copy);
  const dates = { soldAt: soldAt?.toISOString(), withdrawnAt: withdrawnAt?.toISOString() };
  const actual = JSON.stringify({
    version: fields.version,
    revision: fields.revision,
    price: fields.price,
    orderId,
    ...dates,
  });
  return [
    ...when(live > 1, `ticket ${id} has ${live} live orders`),
    ...when(
      availability === 'held' && holder !== 'awaiting:payment',
      `ticket ${id} is held by an order that is ${holder}`,
    ),
    ...when(availability === 'sold' && holder !== 'complete', `ticket ${id} is sold to an order that is ${holder}`),
    ...when(copied !== actual, `orders knows of ticket ${id} ${copied}, not ${actual}`),
    ...when((outbox ?? []).length > 0, `ticket ${id} has unpublished events`),
  ];
};

const violationsOfOrder = (
  own: ordersModels.OrderDocument,
  ticket: ticketsModels.TicketDocument | undefined,
  decision: Decision | undefined,
): string[] => {
  const { _id: id, status, price } = own;
  const always = [
    ...when(status === 'created', `order ${id} is neither confirmed nor refused`),
    ...when(
      status === 'awaiting:payment' && decision !== undefined,
      `order ${id} waits, and payments has ${decision} it`,
    ),
    ...when(
      own.reason === 'expired' && decision === 'completed',
      `order ${id} has expired, and payments has completed it`,
    ),
    ...when((own.outbox ?? []).length > 0, `order ${id} has unpublished events`),
  ];
  if (!isLive(own)) return always;
  return [
    ...always,
    ...when(ticket?.orderId !== id, `order ${id} is ${status}, and order ${ticket?.orderId} has its ticket`),
    ...when(ticket?.revision !== own.ticket.revision, `order ${id} is for another revision of its ticket`),
    ...when(ticket?.price !== price, `order ${id} costs ${price}, its ticket ${ticket?.price}`),
    ...when(
      status === 'complete' && ticket?.availability !== 'sold',
      `order ${id} is complete, and its ticket ${ticket?.availability}`,
    ),
  ];
};

/** What must hold once everything is delivered. */
const check = async (world: World): Promise<void> => {
  const [orders, tickets, copies] = await Promise.all([readOrders(world), readTickets(world), readCopies(world)]);
  const ticketOf = new Map(tickets.map((ticket) => [ticket._id, ticket]));
  const copyOf = new Map(copies.map(({ _id, ticket }) => [_id, ticket]));
  expect([
    ...tickets.flatMap((ticket) => violationsOfTicket(ticket, orders, copyOf.get(ticket._id))),
    ...orders.flatMap((own) => violationsOfOrder(own, ticketOf.get(own.ticket.id), world.decisions.get(own._id))),
    ...[...world.orders, ...world.tickets].flatMap(({ deadLetters }) => deadLetters),
  ]).toEqual([]);
};

/** Two tickets are listed, and orders knows them. */
const listed: readonly Step[] = [list(0, undefined), list(0, undefined), deliver(0, 0, true, 0, undefined)];

/** Returns how the orders have ended, in alphabetical order. */
const play = async (steps: readonly Step[]): Promise<string[]> => {
  if (opened === undefined) throw new Error('not open');
  const { databases, bus } = opened;
  ids.run += 1;
  ids.last = 0;
  const world: World = { ...opened, listed: [], decisions: new Map() };
  await recover(world);
  for (const replica of [...world.orders, ...world.tickets]) replica.reset();
  bus.reset();
  for (const { name } of ordersModels.collections) await databases.orders.collection(name).deleteMany();
  for (const { name } of ticketsModels.collections) await databases.tickets.collection(name).deleteMany();
  for (const one of [...listed, ...steps]) {
    await one.run(world);
    await recover(world);
  }
  await settle(world);
  await check(world);
  return (await readOrders(world)).map(({ status }) => status).toSorted();
};

const first = order(0, 1, 0, undefined);
const both = order(0, 2, 0, undefined);
/** To the first consumer that has messages: orders', then tickets'. */
const next = (fault?: Fault): Step => deliver(0, 0, true, 0, fault);
const held = [first, next(), next()];
const paid = [...held, pay(0), next()];
const windowEnds = timePasses(overdueMs);

const cases: readonly (readonly [name: string, steps: readonly Step[], ends: readonly string[]])[] = [
  ['a ticket is bought', [...paid, next(), next()], ['complete']],
  [
    'two buyers order a ticket at two replicas',
    [together([first, order(0, 1, 1, undefined)], [1, 0])],
    ['awaiting:payment'],
  ],
  [
    'a bulk write of two claims is half made',
    [both, next({ written: 1 }), next()],
    ['awaiting:payment', 'awaiting:payment'],
  ],
  [
    'a bulk write of two orders is half made',
    [order(0, 2, 0, { written: 1 }), order(1, 1, 1, undefined)],
    ['awaiting:payment', 'awaiting:payment'],
  ],
  [
    'a release dies between its two writes',
    [...held, cancel(0, 0, undefined), next(), next({ dies: 2 }), first],
    ['cancelled'],
  ],
  [
    'a relay dies before NATS gets an event',
    [order(0, 1, 0, { publishing: 'lost' }), sweep('orders', 1, undefined)],
    ['awaiting:payment'],
  ],
  [
    'a relay dies before it hears that NATS has an event',
    [order(0, 1, 0, { publishing: 'unacknowledged' }), next()],
    ['awaiting:payment'],
  ],
  [
    'another replica publishes and removes the event of a claim before that is read again',
    [first, together([next(), sweep('tickets', 1, undefined)], [0, 1, 1, 1, 1])],
    ['awaiting:payment'],
  ],
  ['an older state of a ticket comes again', [...held, redeliver(0, 0, 0)], ['awaiting:payment']],
  ['a paid order is cancelled', [...paid, cancel(0, 0, undefined)], ['complete']],
  [
    'the cancellation of an order comes again once another one holds its ticket',
    [...held, next(), cancel(0, 0, undefined), deliver(0, 0, false, 0, undefined), next(), first, next()],
    ['awaiting:payment', 'cancelled'],
  ],
  [
    'an order is paid at the moment at which its hold ends',
    [...held, windowEnds, work(0, undefined), pay(0)],
    ['complete'],
  ],
  [
    'the claim of a cancelled order arrives after its cancellation',
    [first, cancel(0, 0, undefined), deliver(1, 0, true, 1, undefined)],
    ['cancelled'],
  ],
];

test.each(cases)('When %s, then orders and tickets agree in the end', async (_, steps, ends) => {
  expect(await play(steps)).toEqual(ends);
});

const runs = modelRuns(100);
test(
  'When replicas die and events come in any order while tickets are sold, then orders and tickets agree in the end',
  async () => {
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([], [], held, paid),
        fc.array(anyStep, { maxLength: 16, size: 'max' }),
        async (begun, steps) => {
          for (const end of await play([...begun, ...steps])) ends.add(end);
        },
      ),
      runs.parameters,
    );
    expect(ends).toEqual(new Set(['awaiting:payment', 'cancelled', 'complete']));
    expect(succeeded).toEqual(names);
  },
  runs.timeoutMs,
);
