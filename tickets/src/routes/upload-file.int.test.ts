import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, orderUpdated, userClosed, type OrderState } from '@ticketing/common/events';
import supertest from 'supertest';
import type { FileDocument } from '../models/open-models.ts';
import { openHarness, orderFor, type TicketsHarness, type TicketView } from '../test/harness.ts';
import { codePng, pdfOf } from '../test/write-files.ts';

const minuteMs = 60_000;

let tickets: TicketsHarness;
let otherApi: ReturnType<typeof supertest>;

beforeAll(async () => {
  tickets = await openHarness();
  otherApi = supertest((await tickets.startReplica()).url);
});
afterAll(() => tickets.system.close());

let codes = 0;
const newCode = () => `SEAT-${(codes += 1)}`;
const png = (code = newCode()) => codePng('QRCode', code);
const upload = (
  ticketId: string,
  file: Buffer,
  { userId = 'seller', type = 'image/png', query = '', api = tickets.api } = {},
) =>
  api.put(`/api/tickets/${ticketId}/file${query}`).set(tickets.system.as(userId)).set('content-type', type).send(file);
const download = (ticketId: string, userId: string) =>
  tickets.api.get(`/api/tickets/${ticketId}/file`).set(tickets.system.as(userId)).buffer(true);
const drawings = (ticketId: string, userId: string) =>
  tickets.api.get(`/api/tickets/${ticketId}/file/codes`).set(tickets.system.as(userId));
const listed = async (code?: string, userId = 'seller') => {
  const ticket = await tickets.list({}, userId);
  const response = await upload(ticket.id, await png(code), { userId });
  expect(response.status).toBe(200);
  return { ticket, response };
};
const messageOf = (response: supertest.Response): unknown => response.body.errors?.[0]?.message;
const storedFiles = () => tickets.system.collection<FileDocument>('files');
const storedCodes = () => tickets.system.collection<{ _id: string; ticketId: string }>('codes');
const until = (ticketId: string, expected: object) =>
  tickets.system.eventually(async () => expect(await tickets.stored(ticketId)).toMatchObject(expected));

/** Lets an order claim the ticket at this revision. */
const hold = async (ticket: TicketView, revision: number): Promise<OrderState> => {
  const expiresAt = new Date(tickets.system.clock.now().getTime() + 900_000).toISOString();
  const order = orderFor(ticket, { expiresAt }, revision);
  await tickets.created(order);
  await tickets.untilHeld(order);
  return order;
};
const completed = (order: OrderState, dueInMs = 60 * minuteMs): OrderState => {
  const dueAt = new Date(tickets.system.clock.now().getTime() + dueInMs).toISOString();
  const delivery = { status: 'pending' as const, dueAt };
  return { ...order, version: 2, status: 'complete', completedAt: dueAt, delivery };
};
const sell = async (ticket: TicketView, revision = 0, dueInMs?: number) => {
  const order = completed(await hold(ticket, revision), dueInMs);
  await tickets.system.publish(orderUpdated, order);
  await until(ticket.id, { availability: 'sold', buyerId: 'buyer' });
  return order;
};

test('When a seller uploads the file, then the ticket is delivered at once when it is sold, to its buyer alone', async () => {
  const file = await png();
  const ticket = await tickets.list({ title: '../Ärger "live" \u2013 Zürich' });
  const response = await upload(ticket.id, file);
  expect([response.status, response.body]).toEqual([200, { ...ticket, version: 1, delivery: 'instant' }]);
  expect(response.headers['cache-control']).toBe('private, no-store');
  const own = await download(ticket.id, 'seller');
  expect([own.status, Buffer.compare(own.body, file)]).toEqual([200, 0]);
  expect(own.headers).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': expect.stringMatching(/^attachment; filename="[^/\\]+\.png"; filename\*=UTF-8''/),
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  });
  const [{ lastEdit } = {}] = tickets.updates(ticket.id);
  expect(lastEdit).toEqual({ revision: 1, version: 1 });
  const order = await hold(ticket, 1);
  expect((await download(ticket.id, 'buyer')).status).toBe(401);
  expect((await download(ticket.id, 'seller')).status).toBe(200);
  expect(messageOf(await upload(ticket.id, await png()))).toBe('Cannot change the file of a reserved ticket');
  await tickets.system.publish(orderUpdated, completed(order));
  await until(ticket.id, { availability: 'sold', deliveredAt: expect.any(Date) });
  const { soldAt, deliveredAt, dueAt } = await tickets.stored(ticket.id);
  expect([deliveredAt, dueAt]).toEqual([soldAt, undefined]);
  expect((await download(ticket.id, 'buyer')).body).toEqual(file);
  for (const userId of ['seller', 'stranger']) expect((await download(ticket.id, userId)).status).toBe(401);
  expect((await tickets.api.get(`/api/tickets/${ticket.id}/file`)).status).toBe(401);
  expect(messageOf(await upload(ticket.id, await png()))).toBe('The ticket has been delivered already');
});

test('When a file has codes, then whoever may download it gets them drawn, and nobody else', async () => {
  const text = newCode();
  const ticket = await tickets.list();
  expect((await drawings(ticket.id, 'seller')).status).toBe(404);
  expect((await upload(ticket.id, await codePng('Aztec', text))).status).toBe(200);
  const own = await drawings(ticket.id, 'seller');
  expect([own.status, own.headers['cache-control']]).toEqual([200, 'private, no-store']);
  expect(own.body).toEqual({
    total: 1,
    codes: [{ format: 'Aztec', width: 15, height: 15, modules: expect.stringMatching(/^[A-Za-z\d+/]{39}=$/), text }],
  });
  const order = await hold(ticket, 1);
  expect((await drawings(ticket.id, 'buyer')).status).toBe(401);
  await tickets.system.publish(orderUpdated, completed(order));
  await until(ticket.id, { availability: 'sold' });
  expect((await drawings(ticket.id, 'buyer')).body).toEqual(own.body);
  for (const userId of ['seller', 'stranger']) expect((await drawings(ticket.id, userId)).status).toBe(401);
  expect((await tickets.api.get(`/api/tickets/${ticket.id}/file/codes`)).status).toBe(401);
});

test('When the release before has stored a file, then its codes are drawn from the file, once', async () => {
  const code = newCode();
  const { ticket } = await listed(code);
  const before = await drawings(ticket.id, 'seller');
  await storedFiles().updateOne({ ticketId: ticket.id }, { $unset: { drawings: true } });
  const after = await drawings(ticket.id, 'seller');
  expect(after.body).toEqual(before.body);
  expect(after.body).toMatchObject({ total: 1, codes: [{ text: code }] });
  // Once only: it takes seconds.
  expect(await storedFiles().findOne({ ticketId: ticket.id })).toMatchObject({ drawings: [{ text: code }] });
});

test('When a sale is undone, then its buyer gets the codes no more', async () => {
  const ticket = await tickets.list();
  const order = await sell(ticket);
  await tickets.system.publish(orderCancelled, { ...order, version: 3, status: 'cancelled', reason: 'refunded' });
  await until(ticket.id, { deliveryEndedAt: expect.any(Date) });
  for (const userId of ['buyer', 'seller']) expect((await drawings(ticket.id, userId)).status).toBe(401);
});

test('When the order of a delivered ticket is refunded, then its buyer gets neither file nor codes any more, nor does anybody else', async () => {
  const { ticket } = await listed();
  expect((await download(ticket.id, 'seller')).status).toBe(200);
  const order = await sell(ticket, 1);
  expect([(await download(ticket.id, 'buyer')).status, (await drawings(ticket.id, 'buyer')).status]).toEqual([
    200, 200,
  ]);
  const { deliveredAt, fileId } = await tickets.stored(ticket.id);
  const refunded: OrderState = { ...order, version: 3, status: 'cancelled', reason: 'refunded' };
  await tickets.system.publish(orderCancelled, refunded);
  await until(ticket.id, { deliveryEndedAt: expect.any(Date), deliveredAt, availability: 'sold', version: 4 });
  for (const userId of ['buyer', 'seller', 'stranger'])
    for (const read of [download, drawings]) expect((await read(ticket.id, userId)).status).toBe(401);
  expect(messageOf(await upload(ticket.id, await png()))).toBe('The ticket has been delivered already');
  expect(await tickets.get(ticket.id)).toMatchObject({ deliveryEndedAt: expect.any(String) });
  expect(await storedFiles().findOne({ _id: fileId ?? '' }, { projection: { _id: 1 } })).not.toBeNull();

  await tickets.system.publish(orderCancelled, refunded);
  await tickets.cancelledHandled();
  expect((await tickets.stored(ticket.id)).version).toBe(4);
});

test('When a ticket was sold without a file, then its seller delivers it once, and it never fails', async () => {
  const ticket = await tickets.list();
  await sell(ticket);
  expect((await download(ticket.id, 'buyer')).status).toBe(404);
  expect((await download(ticket.id, 'seller')).status).toBe(401);
  expect((await upload(ticket.id, await png(), { userId: 'buyer' })).status).toBe(401);
  const files = await Promise.all([png(), png(), png(), png()]);
  const responses = await Promise.all(
    files.map((file, index) => upload(ticket.id, file, { api: index % 2 === 0 ? tickets.api : otherApi })),
  );
  expect(responses.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 400, 400, 400]);
  const delivered = files[responses.findIndex(({ status }) => status === 200)];
  expect((await download(ticket.id, 'buyer')).body).toEqual(delivered);
  expect(await storedCodes().countDocuments({ ticketId: ticket.id })).toBe(1);
  const { deliveredAt, version, revision } = await tickets.stored(ticket.id);
  expect([version, revision]).toEqual([3, 0]);
  tickets.system.clock.advance(60 * minuteMs);
  const other = await tickets.list();
  await sell(other, 0, 0);
  tickets.system.clock.advance(15 * minuteMs);
  await until(other.id, { deliveryFailedAt: expect.any(Date) });
  expect(await tickets.stored(ticket.id)).toMatchObject({ version: 3, deliveredAt });
  expect(messageOf(await upload(other.id, await png()))).toBe('The time for the delivery is over');
  for (const userId of ['buyer', 'seller']) expect((await download(other.id, userId)).status).toBe(401);
});

test('When sellers upload in the last second, then each ticket is delivered or has failed, never both', async () => {
  const sold = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const ticket = await tickets.list();
      await sell(ticket, 0, 0);
      return ticket;
    }),
  );
  const files = await Promise.all(sold.map(() => png()));
  tickets.system.clock.advance(15 * minuteMs - 1_000);
  const responses = await Promise.all(
    sold.map(({ id }, index) =>
      upload(id, files[index] ?? Buffer.alloc(0), { api: index % 2 === 0 ? tickets.api : otherApi }),
    ),
  );
  tickets.system.clock.advance(1_000);
  for (const [index, { id }] of sold.entries()) {
    await tickets.system.eventually(async () => {
      const { deliveredAt, deliveryFailedAt } = await tickets.stored(id);
      expect([deliveredAt !== undefined, deliveryFailedAt !== undefined]).toEqual(
        responses[index]?.status === 200 ? [true, false] : [false, true],
      );
    });
  }
});

test('When 200 tickets with one code are listed and uploaded at once at two replicas, then one has it', async () => {
  const file = await png('THE-ONE');
  const all = await Promise.all(Array.from({ length: 200 }, (_, index) => tickets.list({}, `seller-${index}`)));
  const responses = await Promise.all(
    all.map(({ id, userId }, index) => upload(id, file, { userId, api: index % 2 === 0 ? tickets.api : otherApi })),
  );
  const statuses = responses.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(new Set(statuses.filter((status) => status !== 200 && status !== 503))).toEqual(new Set([409]));
  const refused = responses.find(({ status }) => status === 409);
  expect(refused === undefined ? '' : messageOf(refused)).toBe('This ticket is listed already');
  const owner = all[statuses.indexOf(200)]?.id;
  const attached = await storedFiles()
    .find({ unattachedSince: { $exists: false }, ticketId: { $in: all.map(({ id }) => id) } })
    .toArray();
  expect(attached.map(({ ticketId }) => ticketId)).toEqual([owner]);
  expect(await storedCodes().countDocuments({ ticketId: { $in: all.map(({ id }) => id) } })).toBe(1);
});

test('When a ticket with a code is withdrawn, then another one may have the code, and never while it is held or sold', async () => {
  const code = newCode();
  const { ticket } = await listed(code);
  const other = await tickets.list({}, 'another');
  const again = () => png(code).then((file) => upload(other.id, file, { userId: 'another' }));
  const order = await hold(ticket, 1);
  expect((await again()).status).toBe(409);
  await tickets.cancelled(order);
  await tickets.untilOnSale(ticket.id);
  await tickets.api.delete(`/api/tickets/${ticket.id}`).set(tickets.system.as('seller')).expect(204);
  await tickets.api.delete(`/api/tickets/${ticket.id}`).set(tickets.system.as('seller')).expect(204);
  expect((await again()).status).toBe(200);
  expect((await download(ticket.id, 'seller')).status).toBe(200);
  expect((await download(ticket.id, 'another')).status).toBe(404);
  expect(messageOf(await upload(ticket.id, await png()))).toBe('Cannot change the file of a withdrawn ticket');
  await sell(other, 1);
  const third = await tickets.list();
  expect((await upload(third.id, await png(code))).status).toBe(409);
});

test('When a replica without files has withdrawn a ticket, then its code is free as soon as somebody needs it', async () => {
  const code = newCode();
  const { ticket } = await listed(code);
  await tickets.system
    .collection<{ _id: string }>('tickets')
    .updateOne({ _id: ticket.id }, { $set: { availability: 'withdrawn', withdrawnAt: new Date() } });
  await listed(code, 'another');
  expect(await storedCodes().countDocuments({ ticketId: ticket.id })).toBe(0);
});

test('When a file is replaced before the sale, then its codes and its bytes are those of the new one', async () => {
  const code = newCode();
  const { ticket, response } = await listed(code);
  const same = await upload(ticket.id, await png(code));
  expect(same.body).toEqual(response.body);
  const file = await pdfOf([[await png()], [await png()]]);
  expect((await upload(ticket.id, file, { type: 'application/pdf' })).body).toMatchObject({ version: 2 });
  expect(await storedFiles().countDocuments({ ticketId: ticket.id })).toBe(1);
  expect(await storedCodes().countDocuments({ ticketId: ticket.id })).toBe(2);
  await listed(code, 'another');
  const expiresAt = new Date(tickets.system.clock.now().getTime() + 900_000).toISOString();
  const order = orderFor(ticket, { expiresAt }, 1);
  await tickets.created(order);
  await tickets.untilRefused(order, 'ticket_changed');
});

test('When a process dies after the inspection, then the file is not attached, is deleted in an hour, and nobody misses it', async () => {
  const code = newCode();
  const ticket = await tickets.list();
  await upload(ticket.id, await png(code)).expect(200);
  const [file] = await storedFiles().find({ ticketId: ticket.id }).toArray();
  if (file === undefined) throw new Error('no file');
  const left = { ...file, _id: 'left-behind', unattachedSince: new Date() };
  await storedFiles().insertOne(left);
  expect((await upload(ticket.id, await png())).status).toBe(200);
  const indexes = await storedFiles().indexes();
  expect(indexes.find(({ name }) => name === 'unattached_files')).toMatchObject({ expireAfterSeconds: 3_600 });
  expect(
    await storedFiles().distinct('_id', { ticketId: ticket.id, unattachedSince: { $exists: false } }),
  ).toHaveLength(1);
});

test('When a file is refused because its code is listed already, then it is not kept', async () => {
  const code = newCode();
  const { ticket } = await listed(code);
  const other = await tickets.list({}, 'another');
  expect((await upload(other.id, await png(code), { userId: 'another' })).status).toBe(409);
  expect(await storedFiles().countDocuments({ ticketId: other.id })).toBe(0);
  expect(await storedFiles().countDocuments({ ticketId: ticket.id })).toBe(1);
});

test('When a file has no code, then it needs a confirmation', async () => {
  const ticket = await tickets.list();
  const file = await png('https://promoter.example/all');
  const refused = await upload(ticket.id, file);
  expect(messageOf(refused)).toMatch(/^No code can be read/);
  expect(refused.body).toMatchObject({ errors: [{ field: 'confirm' }] });
  expect((await upload(ticket.id, file, { query: '?confirm=yes' })).status).toBe(400);
  expect((await upload(ticket.id, file, { query: '?confirm=no-code' })).status).toBe(200);
  const other = await tickets.list({}, 'another');
  expect((await upload(other.id, file, { userId: 'another', query: '?confirm=no-code' })).status).toBe(200);
});

test('When the order of a ticket is refunded before the delivery, then nothing is delivered any more', async () => {
  const ticket = await tickets.list();
  const order = await sell(ticket);
  await tickets.system.publish(orderCancelled, { ...order, version: 3, status: 'cancelled', reason: 'refunded' });
  await until(ticket.id, { deliveryEndedAt: expect.any(Date) });
  expect(messageOf(await upload(ticket.id, await png()))).toMatch(/^The sale was undone/);
  expect((await download(ticket.id, 'buyer')).status).toBe(401);
});

test("When a seller's account is closed, then the files and codes of what was on sale are gone", async () => {
  const code = newCode();
  const { ticket } = await listed(code, 'leaving');
  await tickets.system.publish(userClosed, { id: 'leaving', version: 1, closedAt: new Date().toISOString() });
  await tickets.system.eventually(async () => {
    expect(await storedFiles().countDocuments({ ticketId: ticket.id })).toBe(0);
    expect(await storedCodes().countDocuments({ ticketId: ticket.id })).toBe(0);
    expect((await tickets.stored(ticket.id)).fileId).toBeUndefined();
  }, 15_000);
  await listed(code, 'another');
});

test.each([
  ['a multipart form', 415, { type: 'multipart/form-data; boundary=x' }, () => Promise.resolve(Buffer.from('--x--'))],
  ['JSON', 415, { type: 'application/json' }, () => Promise.resolve(Buffer.from('{}'))],
  ['an SVG', 415, { type: 'image/svg+xml' }, () => Promise.resolve(Buffer.from('<svg/>'))],
  ['more than 5 MB', 413, {}, () => Promise.resolve(Buffer.alloc(5 * 1024 * 1024 + 1))],
  ['no file', 400, {}, () => Promise.resolve(Buffer.alloc(0))],
  ['a picture that claims to be a PDF', 400, { type: 'application/pdf' }, () => png()],
  ["somebody else's", 401, { userId: 'stranger' }, () => png()],
])('When the upload is %s, then the response is %i and nothing changes', async (_, status, how, write) => {
  const ticket = await tickets.list();
  const response = await upload(ticket.id, await write(), how);
  expect(response.status).toBe(status);
  expect(response.body).toEqual({ errors: [{ message: expect.any(String) }] });
  expect(await tickets.get(ticket.id)).toEqual(ticket);
  expect(await storedFiles().countDocuments({ ticketId: ticket.id })).toBe(0);
});

test('When the ticket is unknown, then uploads and downloads are 404', async () => {
  expect((await upload('unknown', await png())).status).toBe(404);
  expect((await download('unknown', 'seller')).status).toBe(404);
});
