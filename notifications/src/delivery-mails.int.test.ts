import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OrderState } from '@ticketing/common/events';
import { formatInFull } from '@ticketing/common/time';
import { publicUrl, openHarness, type NotificationsHarness } from './test/harness.ts';

const hourMs = 3_600_000;

let notifications: NotificationsHarness;

beforeAll(async () => {
  notifications = await openHarness({ replicas: 2 });
});
afterAll(() => notifications.close());

/** The time so many hours from now. */
const inHours = (hours: number): string =>
  new Date(notifications.system.clock.now().getTime() + hours * hourMs).toISOString();

/** A complete order whose seller has so many hours to deliver; both of its users are known. */
const sell = async (hours: number, details: Partial<OrderState['ticket']> = {}) => {
  const delivery = { status: 'pending' as const, dueAt: inHours(hours) };
  const sale = notifications.sale();
  const order = { ...sale, ticket: { ...sale.ticket, ...details }, delivery };
  await notifications.signUp(order.userId);
  await notifications.signUp(order.sellerId);
  await notifications.complete(order);
  await notifications.untilSent(`paid:${order.id}`);
  await notifications.untilSent(`sold:${order.id}`);
  return order;
};

/** Its delivery so many hours after the sale. */
const deliver = async (order: Awaited<ReturnType<typeof sell>>, hours: number) => {
  const delivery = { ...order.delivery, status: 'delivered' as const, deliveredAt: inHours(hours) };
  const after = { ...order, version: order.version + 1, delivery };
  await notifications.complete(after);
  return after;
};

/** Waits until every event sent so far has been handled: each type is handled in order by one batch at a time in each replica. */
const untilHandled = async (): Promise<void> => {
  await sell(1);
  await sell(1);
};

test('When a ticket is sold, then its seller reads until when to deliver it, and its buyer where it will be', async () => {
  const order = await sell(48);
  const sold = await notifications.mailTo(order.sellerId, /^You have sold/);
  expect(sold.text).toContain('Otherwise upload it by ');
  expect(sold.text).toContain(`${publicUrl}/tickets/${order.ticket.id}`);
  const paid = await notifications.mailTo(order.userId, /^You have bought/);
  expect(paid.text).toContain('the seller delivers it by ');
});

test('When the venue has a time zone, then deadlines are as a clock there shows them', async () => {
  const order = await sell(48, { timeZone: 'Asia/Tokyo' });
  const deliverBy = formatInFull(order.delivery.dueAt, 'Asia/Tokyo');
  expect(deliverBy).toMatch(/ JST$/);
  expect((await notifications.mailTo(order.sellerId, /^You have sold/)).text).toContain(`upload it by ${deliverBy}`);
  expect((await notifications.mailTo(order.userId, /^You have bought/)).text).toContain(`delivers it by ${deliverBy}`);
  notifications.system.clock.advance(36 * hourMs + 1_000);
  expect((await notifications.mailTo(order.sellerId, /^Deliver your/)).text).toContain(`its file by ${deliverBy}`);
});

test('When the file was there at the sale, then its seller has nothing to do, and its buyer gets one mail, however late tickets says so', async () => {
  const order = await sell(48, { delivery: 'instant' });
  expect((await notifications.mailTo(order.sellerId, /sold/)).text).toContain('you have nothing to do. Do not use it');
  expect((await notifications.mailTo(order.userId, /bought/)).text).not.toContain('the seller delivers it');
  await deliver(order, 2);
  await untilHandled();
  expect(await notifications.subjects(order.userId)).toEqual(['You have bought: Final']);
  expect(await notifications.jobs.findOne({ _id: `deliver-soon:${order.id}` })).toBeNull();
});

test('When a seller delivers within seconds of the sale, then the buyer gets a mail about it', async () => {
  const order = await sell(48, { delivery: 'by_seller' });
  await deliver(order, 1 / 3600);
  await notifications.mailTo(order.userId, /^Your ticket is here: Final$/);
});

test('When the order does not say whether the file was there, then a delivery within a minute is in the mail about the payment', async () => {
  const order = await sell(48);
  await deliver(order, 1 / 3600);
  await untilHandled();
  expect(await notifications.subjects(order.userId)).toEqual(['You have bought: Final']);
});

test('When a sale is heard of only once it is delivered, then its seller reads that there is nothing to do', async () => {
  const order = { ...notifications.sale(), delivery: { status: 'delivered' as const, deliveredAt: inHours(0) } };
  await notifications.signUp(order.userId);
  await notifications.signUp(order.sellerId);
  await notifications.complete(order);
  expect((await notifications.mailTo(order.sellerId, /sold/)).text).toContain('you have nothing to do. Do not use it');
  expect((await notifications.mailTo(order.userId, /bought/)).text).toContain('Download the ticket itself');
});

test('When a ticket is delivered later, then its buyer gets one mail that leads to it, and its seller no reminder', async () => {
  const order = await sell(48);
  const after = await deliver(order, 2);
  const mail = await notifications.mailTo(order.userId, /^Your ticket is here: Final$/);
  expect(mail.text).toContain(`${publicUrl}/orders/${order.id}`);
  await notifications.complete({ ...after, version: after.version + 1 });
  await untilHandled();
  expect(await notifications.subjects(order.userId)).toEqual(['You have bought: Final', 'Your ticket is here: Final']);
  expect(await notifications.jobs.findOne({ _id: `deliver-soon:${order.id}` })).toMatchObject({
    dropped: 'not needed any more',
  });
});

test('When a sale is undone before the delivery, then its seller is not reminded', async () => {
  const order = await sell(48);
  await notifications.cancelled({ ...order, version: order.version + 1, status: 'cancelled', reason: 'refunded' });
  await notifications.system.eventually(async () =>
    expect(await notifications.jobs.findOne({ _id: `deliver-soon:${order.id}` })).toMatchObject({
      dropped: 'not needed any more',
    }),
  );
});

test('When a sale leaves 12 hours or less, then its seller gets no reminder', async () => {
  const order = await sell(12);
  expect(await notifications.jobs.findOne({ _id: `deliver-soon:${order.id}` })).toBeNull();
});

test('When a ticket is not delivered 12 hours before its deadline, then its seller is reminded once, however often the sale is republished', async () => {
  const order = await sell(48);
  await notifications.complete({ ...order, version: order.version + 1 });
  await untilHandled();
  expect(await notifications.subjects(order.sellerId)).toEqual(['You have sold: Final']);
  notifications.system.clock.advance(36 * hourMs + 1_000);
  const mail = await notifications.mailTo(order.sellerId, /^Deliver your ticket: Final$/);
  expect(mail.text).toContain(`${publicUrl}/tickets/${order.ticket.id}`);
  await notifications.complete({ ...order, version: order.version + 2 });
  await untilHandled();
  expect(await notifications.subjects(order.sellerId)).toEqual(['Deliver your ticket: Final', 'You have sold: Final']);
});
