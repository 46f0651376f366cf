import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openReceipts, type Receipt } from '@ticketing/common/receipt';
import type { PaymentDocument } from '../models/payment.ts';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments({ env: { PUBLIC_URL: 'https://tickets.example' } });
});
afterAll(() => payments.close());

const download = async (orderId: string, userId = 'buyer') => {
  const response = await fetch(`${payments.url}/api/payments/${orderId}/receipt`, {
    headers: { Connection: 'close', ...payments.system.as(userId) },
  });
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
};

const errorOf = async (orderId: string, userId?: string) => {
  const { response, bytes } = await download(orderId, userId);
  const body: unknown = JSON.parse(bytes.toString());
  return { status: response.status, body };
};

const ticket = {
  id: newId(),
  title: 'Konzert in Zürich',
  price: 1999,
  version: 0,
  revision: 0,
  startsAt: '2026-12-24T19:30:00.000Z',
  timeZone: 'Europe/Zurich',
  venue: 'Kaufleuten',
  city: 'Zürich',
  section: 'A',
  row: '12',
  seat: '7',
};

/** The bytes do not depend on the process that renders them. */
const expected = async (orderId: string, changes: Partial<Receipt> = {}): Promise<Buffer> => {
  const { content } = await openReceipts()({
    site: new URL('https://tickets.example'),
    orderId,
    paidAt: (await payments.stored(orderId))?.completedAt ?? new Date(Number.NaN),
    buyerId: 'buyer',
    sellerId: 'seller',
    ticket,
    amount: 1999,
    currency: 'usd',
    amountRefunded: 0,
    ...changes,
  });
  return content;
};

const payment = () => payments.system.collection<PaymentDocument>('payments');

test('When an order is paid, then its buyer downloads the receipt, which no cache keeps', async () => {
  const order = await payments.payable({ sellerId: 'seller', ticket });
  expect((await payments.pay(order.id)).status).toBe(201);
  const { response, bytes } = await download(order.id);
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/pdf',
    'content-disposition': `attachment; filename=receipt-${order.id}.pdf`,
    'cache-control': 'private, no-store',
  });
  expect(bytes.equals(await expected(order.id))).toBe(true);
  expect((await payments.stored(order.id))?.completedAt).toBeInstanceOf(Date);
});

test('When a part of the money, or all of it, was refunded, then the receipt shows how much', async () => {
  const order = await payments.payable({ sellerId: 'seller', ticket });
  await payments.pay(order.id);
  await payment().updateOne({ _id: order.id }, { $set: { amountRefunded: 500 } });
  expect((await download(order.id)).bytes.equals(await expected(order.id, { amountRefunded: 500 }))).toBe(true);
  await payment().updateOne({ _id: order.id }, { $unset: { amountRefunded: true } });
  await payments.cancel(order, 'not_delivered');
  await payments.system.eventually(async () => {
    expect((await payments.stored(order.id))?.status).toBe('refunded');
  });
  const { response, bytes } = await download(order.id);
  expect(response.status).toBe(200);
  expect(bytes.equals(await expected(order.id, { amountRefunded: 1999 }))).toBe(true);
});

test('When an order was paid at a release that stored no time of payment, then the receipt has that of the first attempt', async () => {
  const order = await payments.payable({ ticket: { ...ticket, title: '東京 שלום!' } });
  await payments.pay(order.id);
  await payment().updateOne({ _id: order.id }, { $unset: { completedAt: true } });
  const paidAt = (await payments.stored(order.id))?.createdAt ?? new Date(Number.NaN);
  const receipt = await expected(order.id, { paidAt, sellerId: undefined, ticket: { ...ticket, title: '東京 שלום!' } });
  expect((await download(order.id)).bytes.equals(receipt)).toBe(true);
});

test('When an order is unknown or not paid, then the response is 404', async () => {
  expect(await errorOf(newId())).toMatchObject({ status: 404 });
  const order = await payments.payable();
  const nothingPaid = { errors: [{ message: 'Nothing has been paid for this order yet' }] };
  expect(await errorOf(order.id)).toEqual({ status: 404, body: nothingPaid });
  await payments.pay(order.id, 'tok_chargeDeclined');
  expect(await errorOf(order.id)).toEqual({ status: 404, body: nothingPaid });
});

test("When the order is another user's, or nobody is signed in, then the response is 401", async () => {
  const order = await payments.payable();
  await payments.pay(order.id);
  expect(await errorOf(order.id, 'other')).toMatchObject({ status: 401 });
  expect(await payments.request('GET', `/api/payments/${order.id}/receipt`)).toMatchObject({ status: 401 });
});

test('When many receipts are requested at once, then each is its own', async () => {
  const orders = await payments.payables(8);
  await Promise.all(orders.map(({ id }) => payments.pay(id)));
  const receipts = await Promise.all(orders.map(({ id }) => download(id)));
  expect(receipts.map(({ response }) => response.status)).toEqual(orders.map(() => 200));
  expect(new Set(receipts.map(({ bytes }) => bytes.toString('base64'))).size).toBe(orders.length);
});
