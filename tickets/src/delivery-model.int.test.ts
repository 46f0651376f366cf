import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BadRequestError, ConflictError, ServiceUnavailableError } from '@ticketing/common/errors';
import type { OrderState } from '@ticketing/common/events';
import { newOrder } from '@ticketing/common/events/testing';
import { currencyOf } from '@ticketing/common/money';
import { Database, newId } from '@ticketing/common/mongo';
import { createLogger, Metrics } from '@ticketing/common/service';
import { openTestSystem } from '@ticketing/common/testing';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { claimTickets } from './commands/claim-tickets.ts';
import { createTicket } from './commands/create-ticket.ts';
import { failOverdueDeliveries } from './commands/fail-overdue-deliveries.ts';
import { releaseTickets } from './commands/release-tickets.ts';
import { sellTickets } from './commands/sell-tickets.ts';
import { uploadFile } from './commands/upload-file.ts';
import { withdrawLateListings, withdrawListings } from './commands/withdraw-listings.ts';
import { withdrawTicket } from './commands/withdraw-ticket.ts';
import type { Deps } from './deps.ts';
import { createHolderWaits } from './memory/holder-waits.ts';
import { openMetrics } from './metrics.ts';
import { collections, openModels, type TicketDocument } from './models/open-models.ts';

// Three tickets of two sellers, whose files share codes, while orders hold, buy and give them back and deadlines pass. Steps run
// alone, where the outcome of an upload is known, or some at once. After each the rules of the ticket itself must hold.

const minuteMs = 60_000;
const clock = { ms: Date.UTC(2030, 0, 1) };
const now = () => new Date(clock.ms);
const trace = { correlationId: 'model', traceId: '0'.repeat(32) };

let deps: Deps;
let clear: () => Promise<unknown>;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const system = await openTestSystem();
  closers.unshift(() => system.close());
  const logger = createLogger({ service: 'tickets', level: 'silent' });
  const database = new Database({ url: system.env['MONGO_URL'] ?? '', appName: 'tickets', logger });
  closers.unshift(() => database.close());
  await database.prepare(collections);
  clear = () => Promise.all(collections.map(({ name }) => database.collection(name).deleteMany()));
  const relay = { register: () => undefined, publish: () => undefined };
  deps = {
    ...openModels({ database, relay, now, newId }),
    now,
    newId,
    currency: currencyOf('usd'),
    transaction: (work) => database.transaction(work),
    codeKey: 'c'.repeat(32),
    deliveryMinMs: 15 * minuteMs,
    clearListCache: () => undefined,
    holderWaits: createHolderWaits(() => clock.ms),
    // The text of a file is its codes.
    inspectFile: (bytes) =>
      Promise.resolve({ kind: 'readable', pages: 1, codes: bytes.toString().match(/[A-Z]/g) ?? [], drawings: [] }),
    metrics: openMetrics(new Metrics()),
  };
});
afterAll(async () => {
  for (const close of closers) await close();
});

interface Listed {
  readonly ticketId: string;
  readonly userId: string;
  /** The last order that held it. */
  order?: OrderState;
  /** The orders that were cancelled after they were complete. */
  readonly undone: Set<string>;
}

const tickets = fc.nat(2);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('upload'), ticket: tickets, codes: fc.subarray(['A', 'B', 'C']) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('hold', 'hold', 'complete', 'complete', 'cancel', 'undo', 'withdraw'),
      ticket: tickets,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('time passes', 'workers look'), ticket: tickets }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close account'), ticket: tickets }) },
);
type Step = { readonly kind: string; readonly ticket: number; readonly codes?: readonly string[] };

const stored = async (ticketId: string): Promise<TicketDocument> => {
  const ticket = await deps.tickets.findOne({ _id: ticketId });
  if (ticket === null) throw new Error('no ticket');
  return ticket;
};

const received = (state: OrderState) => [{ state, time: now(), trace }];

/** The order as it is once it is complete; its deadline for the delivery is half an hour later. */
const completed = (order: OrderState): OrderState => ({
  ...order,
  status: 'complete',
  completedAt: now().toISOString(),
  delivery: { status: 'pending', dueAt: new Date(clock.ms + 30 * minuteMs).toISOString() },
});

const uploadBytes = (codes: readonly string[]) => Buffer.from(`file ${codes.join('')}`);
const upload = ({ ticketId, userId }: Listed, codes: readonly string[], changes: Partial<Deps> = {}) => {
  const file = { bytes: uploadBytes(codes), contentType: 'image/png' as const, mayHaveNoCode: true };
  return uploadFile({ ...deps, ...changes }, { ticketId, userId, trace, ...file });
};

const hold = async (listed: Listed): Promise<void> => {
  const { title, price, version, revision } = await stored(listed.ticketId);
  const expiresAt = new Date(clock.ms + 15 * minuteMs).toISOString();
  const order = newOrder({ expiresAt, price, ticket: { id: listed.ticketId, title, price, version, revision } });
  await claimTickets(deps)(received(order));
  if ((await stored(listed.ticketId)).orderId === order.id) listed.order = order;
};

const run = async (listings: readonly Listed[], { kind, ticket, codes = [] }: Step): Promise<unknown> => {
  const listed = listings[ticket];
  if (listed === undefined) throw new Error('no such ticket');
  const { ticketId, userId, order } = listed;
  switch (kind) {
    case 'upload':
      return upload(listed, codes);
    case 'hold':
      return hold(listed);
    case 'withdraw':
      return withdrawTicket(deps, { ticketId, userId, trace });
    case 'time passes':
      clock.ms += 20 * minuteMs;
      return undefined;
    case 'workers look':
      return Promise.all([failOverdueDeliveries(deps), withdrawLateListings(deps)]);
    case 'close account':
      return withdrawListings(deps)({ state: { id: userId }, time: now(), trace });
    default:
      if (order === undefined) return undefined;
      if (kind === 'complete') return sellTickets(deps)(received(completed(order)));
      if (kind === 'undo') listed.undone.add(order.id);
      return releaseTickets(deps)(received({ ...(kind === 'undo' ? completed(order) : order), status: 'cancelled' }));
  }
};

/** What an upload that runs alone must come to. */
const expectedOf = async (listings: readonly Listed[], { ticket, codes = [] }: Step) => {
  const all = await Promise.all(listings.map(({ ticketId }) => stored(ticketId)));
  const own = all[ticket];
  if (own === undefined) throw new Error('no such ticket');
  const { availability, deliveredAt, deliveryFailedAt, deliveryEndedAt } = own;
  const isDecided = (deliveredAt ?? deliveryFailedAt ?? deliveryEndedAt) !== undefined;
  if (availability === 'held' || availability === 'withdrawn' || isDecided) return BadRequestError;
  const others = all.filter(
    (other) => other !== own && other.availability !== 'withdrawn' && other.fileId !== undefined,
  );
  const files = await deps.files.find({ _id: { $in: others.map(({ fileId = '' }) => fileId) } }).toArray();
  const taken = files.flatMap(({ bytes }) => Buffer.from(bytes.buffer).toString().match(/[A-Z]/g) ?? []);
  return codes.some((code) => taken.includes(code)) ? ConflictError : undefined;
};

/** The decisions about deliveries that have been seen, which never change. */
type Decisions = Map<string, object>;

const check = async (listings: readonly Listed[], decisions: Decisions): Promise<void> => {
  for (const { ticketId, undone } of listings) {
    const { availability, fileId, dueAt, delivery, orderId = '', ...ticket } = await stored(ticketId);
    const { soldAt, deliveredAt, deliveryFailedAt, deliveryEndedAt } = ticket;
    const owned = await deps.codes.find({ ticketId }).toArray();
    const file = fileId === undefined ? null : await deps.files.findOne({ _id: fileId });
    const isLive = availability !== 'withdrawn';
    // A live ticket has every code of its file, which no other ticket can have then, and no others.
    if (isLive) expect(owned.map(({ _id }) => _id).toSorted()).toEqual(file?.codes.toSorted() ?? []);
    if (isLive && fileId !== undefined) expect([file?.ticketId, file?.unattachedSince]).toEqual([ticketId, undefined]);
    if (isLive) expect(delivery ?? 'by_seller').toBe(fileId === undefined ? 'by_seller' : 'instant');
    // A sold ticket waits for its delivery, or one thing has become of it. Only what was delivered may also end.
    const ends = [dueAt, deliveryFailedAt, deliveredAt ?? deliveryEndedAt].filter((at) => at !== undefined);
    expect(ends).toHaveLength(availability === 'sold' ? 1 : 0);
    if (deliveredAt !== undefined) expect(file).not.toBeNull();
    else if (availability === 'sold') expect(file).toBeNull();
    const isUndone = availability === 'sold' && undone.has(orderId) && deliveryFailedAt === undefined;
    expect(deliveryEndedAt !== undefined).toBe(isUndone);
    if (availability !== 'sold' || dueAt !== undefined) continue;
    const decision = { soldAt, deliveredAt, deliveryFailedAt, fileId };
    expect(decision).toEqual(decisions.get(ticketId) ?? decision);
    decisions.set(ticketId, decision);
  }
};

const list = async (userId: string): Promise<Listed> => {
  const { _id: ticketId } = await createTicket(deps, { userId, listing: { title: 'Final', price: 1999 }, trace });
  return { ticketId, userId, undone: new Set() };
};

const play = async (rounds: readonly (readonly Step[])[]): Promise<void> => {
  await clear();
  const listings: Listed[] = [];
  const [one, other] = [newId(), newId()];
  for (const userId of [one, one, other]) listings.push(await list(userId));
  const decisions: Decisions = new Map();
  for (const steps of rounds) {
    const [alone] = steps.length === 1 ? steps : [];
    const expected = alone?.kind === 'upload' ? await expectedOf(listings, alone) : undefined;
    const outcomes = await Promise.allSettled(steps.map((one) => run(listings, one)));
    for (const outcome of outcomes)
      if (
        outcome.status === 'rejected' &&
        !(outcome.reason instanceof BadRequestError) &&
        !(outcome.reason instanceof ConflictError)
      )
        throw outcome.reason;
    if (alone?.kind === 'upload') {
      const [outcome] = outcomes;
      if (expected === undefined) expect(outcome?.status).toBe('fulfilled');
      else expect(outcome).toMatchObject({ reason: expect.any(expected) });
      const { fileId } = await stored(listings[alone.ticket]?.ticketId ?? '');
      const sha256 = createHash('sha256')
        .update(uploadBytes(alone.codes ?? []))
        .digest('hex');
      if (expected === undefined) expect(await deps.files.findOne({ _id: fileId ?? '' })).toMatchObject({ sha256 });
    }
    await check(listings, decisions);
  }
};

const up = (ticket: number, ...codes: readonly string[]): Step => ({ kind: 'upload', ticket, codes });
const of = (ticket: number, ...kinds: readonly string[]): Step[] => kinds.map((kind) => ({ kind, ticket }));
const alone = (...steps: readonly Step[]) => steps.map((one) => [one]);

test.each([
  ['two tickets get the same code at once', [[up(0, 'A'), up(1, 'A'), up(2, 'A')]]],
  ['the code of a replaced file is used again', alone(up(0, 'A'), up(0, 'B'), up(1, 'A'), up(2, 'B'))],
  ['the code of a withdrawn ticket is used again', alone(up(0, 'A'), ...of(0, 'withdraw'), up(1, 'A'), up(2, 'A'))],
  ['the code of a sold ticket is used again', alone(up(0, 'A'), ...of(0, 'hold', 'complete'), up(1, 'A'))],
  ['the account of a code’s owner is closed', alone(up(0, 'A'), ...of(0, 'close account'), up(2, 'A'))],
  [
    'a file is uploaded while an order claims the ticket',
    [[up(0, 'A'), ...of(0, 'hold')], ...alone(...of(0, 'complete'))],
  ],
  ['a file is uploaded twice after the sale', [...alone(...of(0, 'hold', 'complete')), [up(0, 'A'), up(0, 'B')]]],
  [
    'a file is uploaded at the deadline',
    [
      ...alone(...of(0, 'hold', 'complete', 'time passes', 'time passes')),
      [up(0, 'A'), ...of(0, 'workers look')],
      [up(0, 'B')],
    ],
  ],
  [
    'a file is uploaded while the order is undone',
    [...alone(...of(0, 'hold', 'complete')), [up(0, 'A'), ...of(0, 'undo')]],
  ],
  [
    'an order is undone after the delivery',
    alone(...of(0, 'hold', 'complete'), up(0, 'A'), ...of(0, 'undo'), up(0, 'B')),
  ],
])('When %s, then codes and deliveries are decided once', (_, rounds) => play(rounds));

/** Commits, and loses the response. */
const lostOutcome: Deps['transaction'] = async (work) => {
  await deps.transaction(work);
  throw new ServiceUnavailableError();
};

test('When the outcome of an upload is unknown and the file was attached, then it is kept', async () => {
  await clear();
  const listed = await list(newId());
  await expect(upload(listed, ['A'], { transaction: lostOutcome })).rejects.toThrow(ServiceUnavailableError);
  await check([listed], new Map());
  expect(await deps.files.countDocuments({ ticketId: listed.ticketId })).toBe(1);
});

const afterTheSweep: Deps['transaction'] = async (work) => {
  await deps.files.deleteMany();
  return deps.transaction(work);
};

test('When a file was deleted before it is attached, then the upload is refused and the ticket stays as it is', async () => {
  await clear();
  const listed = await list(newId());
  await expect(upload(listed, ['A'], { transaction: afterTheSweep })).rejects.toThrow(ServiceUnavailableError);
  await check([listed], new Map());
  expect(await stored(listed.ticketId)).toMatchObject({ version: 0, availability: 'on_sale' });
});

const numRuns = 30 * Number(process.env['MODEL_RUNS'] ?? 1);
const seed = process.env['MODEL_SEED'];

test(
  'When files are uploaded, sold, delivered and given up in any order, then codes and deliveries are decided once',
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            { weight: 3, arbitrary: step.map((one) => [one]) },
            { weight: 2, arbitrary: fc.array(step, { minLength: 2, maxLength: 3 }) },
          ),
          { maxLength: 16, size: 'max' },
        ),
        play,
      ),
      { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    ),
  60_000 + numRuns * 3_000,
);
