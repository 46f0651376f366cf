import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderUpdated, userClosed, userUpdated } from '@ticketing/common/events';
import { openReceipts } from '@ticketing/common/receipt';
import { addressOf, openHarness, publicUrl, type NotificationsHarness } from './test/harness.ts';

let notifications: NotificationsHarness;

beforeAll(async () => {
  notifications = await openHarness({ replicas: 2 });
});
afterAll(() => notifications.close());

const signUpBoth = async (order: { readonly userId: string; readonly sellerId: string }): Promise<void> => {
  await notifications.signUp(order.userId);
  await notifications.signUp(order.sellerId);
};

test('When an order is paid, then its buyer and its seller get a mail each, with links that begin with the site', async () => {
  const order = notifications.sale();
  const { id, userId, sellerId, ticket } = order;
  await signUpBoth(order);
  await notifications.complete(order);
  const bought = await notifications.mailTo(userId, /^You have bought: Final$/);
  expect(bought.text).toContain(`${publicUrl}/orders/${id}`);
  expect(bought.text).toContain('Price: $19.99');
  expect(bought.html).toContain(`href="${publicUrl}/orders/${id}"`);
  expect(bought.attachments).toMatchObject([{ filename: `receipt-${id}.pdf`, contentType: 'application/pdf' }]);
  const sold = await notifications.mailTo(sellerId, /^You have sold: Final$/);
  expect(sold.text).toContain(`${publicUrl}/tickets/${ticket.id}`);
});

test('When the start of the event is known, then the mails name it and the place, and the buyer gets a receipt and a calendar entry', async () => {
  const order = notifications.sale({
    paidAt: '2026-11-29T06:12:00.000Z',
    ticket: {
      id: 'ticket',
      title: 'Final',
      price: 1999,
      version: 0,
      revision: 0,
      startsAt: '2030-05-01T20:00:00.000Z',
      timeZone: 'Europe/Zurich',
      venue: 'Arena',
      city: 'Zurich',
      section: 'A',
      row: '12',
      seat: '7',
    },
  });
  await signUpBoth(order);
  await notifications.complete(order);
  const bought = await notifications.mailTo(order.userId, /bought/);
  expect(bought.text).toContain('When: Wednesday, 1 May 2030 at 22:00 CEST');
  expect(bought.text).toContain('Where: Arena, Zurich');
  // As payments renders it.
  const { filename, content } = await openReceipts()({
    site: new URL(publicUrl),
    orderId: order.id,
    paidAt: new Date('2026-11-29T06:12:00.000Z'),
    buyerId: order.userId,
    sellerId: order.sellerId,
    ticket: order.ticket,
    amount: 1999,
    currency: 'usd',
    amountRefunded: 0,
  });
  expect(bought.attachments).toMatchObject([
    { filename, contentType: 'application/pdf', size: content.length },
    { filename: 'event.ics', contentType: 'text/calendar' },
  ]);
  expect((await notifications.mailTo(order.sellerId, /sold/)).text).toContain('on Wednesday, 1 May 2030 at 22:00 CEST');
});

test('When the release before has enqueued a mail to a buyer, then it is sent without a receipt', async () => {
  const userId = await notifications.signUp();
  const at = notifications.system.clock.now();
  await notifications.jobs.insertOne({
    _id: `paid:${userId}`,
    template: 'paid',
    userId,
    to: addressOf(userId),
    at,
    dueAt: at,
    failures: 0,
    data: { orderId: 'order', title: 'Final', price: 1999, currency: 'usd' },
  });
  expect((await notifications.mailTo(userId, /bought/)).attachments).toEqual([]);
});

test('When the event of a sale is delivered again, and republished later, then nobody gets a second mail', async () => {
  const order = notifications.sale();
  await signUpBoth(order);
  const event = await notifications.complete(order);
  await notifications.system.send(event.type, event);
  await notifications.untilSent(`paid:${order.id}`);
  await notifications.untilSent(`sold:${order.id}`);
  await notifications.complete(order);
  await notifications.complete({ ...order, version: order.version + 1 });
  // Handled after them, since each type of event is handled in order by one batch at a time in each replica.
  const later = [notifications.sale(), notifications.sale()];
  for (const next of later) {
    await signUpBoth(next);
    await notifications.complete(next);
    await notifications.untilSent(`paid:${next.id}`);
  }
  expect(await notifications.subjects(order.userId)).toEqual(['You have bought: Final']);
  expect(await notifications.subjects(order.sellerId)).toEqual(['You have sold: Final']);
});

test('When a user is not known yet, then the mail waits for the copy and is not lost', async () => {
  const order = notifications.sale();
  await notifications.signUp(order.userId);
  await notifications.complete(order);
  await notifications.mailTo(order.userId, /bought/);
  expect(await notifications.jobs.findOne({ _id: `sold:${order.id}` })).toBeNull();
  await notifications.signUp(order.sellerId);
  await notifications.mailTo(order.sellerId, /sold/);
  expect(await notifications.subjects(order.userId)).toHaveLength(1);
});

test('When a user stays unknown for two minutes, then the event is a dead letter, which can be replayed', async () => {
  const order = notifications.sale();
  await notifications.signUp(order.sellerId);
  // The time counts from its arrival: after an outage all events are old, and those of users may come last.
  const time = new Date(notifications.system.clock.now().getTime() - 3_600_000);
  await notifications.system.publish(orderUpdated, order, { time });
  const letters = notifications.system.collection('dead-letters');
  await notifications.mailTo(order.sellerId, /sold/);
  expect(await letters.countDocuments({ body: { $regex: order.id } })).toBe(0);
  notifications.system.clock.advance(121_000);
  const letter = await notifications.system.eventually(async () => {
    const found = await letters.findOne({ body: { $regex: order.id } });
    if (found === null) throw new Error('not yet');
    return found;
  }, 30_000);
  expect(letter.reason).toContain(`no copy of user ${order.userId}`);
});

test('When an order was completed more than three days ago, then republishing it mails nobody, known users or not', async () => {
  const old = notifications.sale({ completedAt: notifications.daysAgo(3.01) });
  const recent = notifications.sale({ completedAt: notifications.daysAgo(2.9) });
  await signUpBoth(recent);
  await notifications.complete(old);
  await notifications.complete(recent);
  await notifications.mailTo(recent.userId, /bought/);
  await notifications.mailTo(recent.sellerId, /sold/);
  expect(await notifications.jobs.countDocuments({ _id: { $regex: old.id } })).toBe(0);
  expect(await notifications.sales.countDocuments({ _id: old.id })).toBe(0);
});

test.each([
  ['before', 'by_buyer', 'You have cancelled the order.'],
  ['after', 'payment_failed', 'The payment of the order had failed.'],
] as const)(
  'When the refund of a cancelled order is heard %s its cancellation (%s), then the buyer gets one mail that says why',
  async (when, reason, why) => {
    const { completedAt: _, ...unpaid } = notifications.sale();
    const order = { ...unpaid, status: 'cancelled' as const, reason };
    await signUpBoth(order);
    if (when === 'before') await notifications.refunded(order);
    const cancelled = await notifications.cancelled(order);
    await notifications.system.send(cancelled.type, cancelled);
    if (when === 'after') await notifications.refunded(order);
    const mail = await notifications.mailTo(order.userId, /^Your money is returned: Final$/);
    expect(mail.text).toContain(why);
    expect(mail.text).toContain('Amount: $19.99');
    expect(mail.text).toContain(`${publicUrl}/orders/${order.id}`);
    await notifications.refunded(order);
    await notifications.untilSent(`refunded:${order.id}`);
    expect(await notifications.subjects(order.userId)).toHaveLength(1);
    // There was no sale.
    expect(await notifications.subjects(order.sellerId)).toEqual([]);
  },
);

test('When a completed order is refunded, then its seller gets a mail too', async () => {
  const order = notifications.sale();
  await signUpBoth(order);
  await notifications.complete(order);
  await notifications.refunded(order);
  await notifications.system.eventually(async () =>
    expect(await notifications.sales.findOne({ _id: order.id })).toHaveProperty('charge'),
  );
  await notifications.cancelled({ ...order, version: order.version + 1, status: 'cancelled', reason: 'refunded' });
  const mail = await notifications.mailTo(order.sellerId, /^Your sale was refunded: Final$/);
  expect(mail.text).toContain(`${publicUrl}/tickets/${order.ticket.id}`);
  const returned = await notifications.mailTo(order.userId, /^Your money is returned/);
  expect(returned.text).toContain('The marketplace has called off your purchase.');
});

test.each([
  ['refunded', 'The marketplace has called off your purchase.'],
  ['not_delivered', 'The seller did not deliver the ticket in time.'],
] as const)(
  'When a sale is undone (%s) long after it was made, then the buyer gets one mail that says why, whichever event is last',
  async (reason, why) => {
    const old = { completedAt: notifications.daysAgo(30), expiresAt: notifications.daysAgo(30) };
    for (const isRefundFirst of [true, false]) {
      const order = notifications.sale(old);
      await signUpBoth(order);
      const undone = { ...order, version: order.version + 1, status: 'cancelled' as const, reason };
      if (isRefundFirst) await notifications.refunded(order);
      await notifications.cancelled(undone);
      await notifications.refunded(order);
      expect((await notifications.mailTo(order.userId, /^Your money is returned/)).text).toContain(why);
      await notifications.mailTo(order.sellerId, /^Your sale was refunded/);
      await notifications.cancelled(undone);
      await notifications.untilSent(`refunded:${order.id}`);
      expect(await notifications.subjects(order.userId)).toHaveLength(1);
    }
  },
);

test.each(['order', 'charge'] as const)(
  'When the %s of a sale says that it is undone before its completion is heard, then only the return of the money is mailed',
  async (first) => {
    const order = notifications.sale();
    await signUpBoth(order);
    const undone = { ...order, version: order.version + 1, status: 'cancelled' as const, reason: 'refunded' as const };
    const returned = [{ id: 're_1', amount: 1999, at: notifications.daysAgo(0), reason: 'support' }];
    const refund = () => notifications.charged(order, { status: 'refunded', left: 0, fee: 0, returned });
    if (first === 'charge') {
      await refund();
      await notifications.untilSent(`refunded:${order.id}:re_1`);
      await notifications.complete(order);
      await notifications.system.eventually(async () =>
        expect((await notifications.sales.findOne({ _id: order.id }))?.order).toBeDefined(),
      );
      await notifications.cancelled(undone);
    } else {
      await notifications.cancelled(undone);
      await notifications.complete(order);
      await refund();
    }
    for (const template of ['paid', 'sold'])
      await notifications.system.eventually(async () =>
        expect(await notifications.jobs.findOne({ _id: `${template}:${order.id}` })).toMatchObject({
          dropped: 'not needed any more',
        }),
      );
    await notifications.mailTo(order.userId, /^Your money is returned: Final$/);
    await notifications.mailTo(order.sellerId, /^Your sale was refunded: Final$/);
    expect(await notifications.subjects(order.userId)).toHaveLength(1);
    expect(await notifications.subjects(order.sellerId)).toHaveLength(1);
    expect(await notifications.jobs.findOne({ _id: `paid:${order.id}` })).not.toHaveProperty('to');
  },
);

test('When a refund was more than three days ago, then it is not mailed', async () => {
  const order = notifications.sale();
  await signUpBoth(order);
  await notifications.refunded(order, notifications.daysAgo(3.01));
  await notifications.complete(order);
  await notifications.mailTo(order.userId, /bought/);
  const other = notifications.sale();
  await signUpBoth(other);
  await notifications.complete(other);
  await notifications.refunded(other);
  await notifications.cancelled({ ...other, version: other.version + 1, status: 'cancelled', reason: 'refunded' });
  await notifications.mailTo(other.userId, /returned/);
  expect(await notifications.jobs.findOne({ _id: `refunded:${order.id}` })).toBeNull();
  expect(await notifications.sales.findOne({ _id: order.id })).not.toHaveProperty('charge');
});

test('When a user has another e-mail, then mails go there, whatever the order of the events', async () => {
  const order = notifications.sale();
  await notifications.system.publish(userUpdated, {
    id: order.userId,
    version: 1,
    email: addressOf(`new-${order.userId}`),
  });
  await signUpBoth(order);
  await notifications.system.eventually(async () =>
    expect(await notifications.recipients.countDocuments({ _id: { $in: [order.userId, order.sellerId] } })).toBe(2),
  );
  await notifications.complete(order);
  await notifications.mailTo(`new-${order.userId}`, /bought/);
  expect(await notifications.subjects(order.userId)).toEqual([]);
});

test('When an account is closed, then its address is in no document, waiting mails to it are dropped, and the other side is mailed', async () => {
  await notifications.mailbox.behave('off');
  const order = notifications.sale();
  await signUpBoth(order);
  await notifications.complete(order);
  await notifications.system.eventually(async () =>
    expect(await notifications.jobs.countDocuments({ _id: { $regex: order.id } })).toBe(2),
  );
  const closed = { id: order.userId, version: 5, closedAt: new Date().toISOString() };
  await notifications.system.publish(userClosed, closed);
  await notifications.system.publish(userUpdated, { id: order.userId, version: 4, email: addressOf(order.userId) });
  await notifications.system.eventually(async () => {
    expect(await notifications.jobs.findOne({ _id: `paid:${order.id}` })).toMatchObject({ dropped: 'account closed' });
    for (const collection of ['recipients', 'mail-jobs', 'sales']) {
      const documents = await notifications.system.collection(collection).find().toArray();
      expect(JSON.stringify(documents)).not.toContain(addressOf(order.userId));
    }
  });
  await notifications.mailbox.behave('on');
  const next = notifications.sale({ userId: order.userId });
  await notifications.signUp(next.sellerId);
  await notifications.complete(next);
  await notifications.mailTo(order.sellerId, /sold/);
  await notifications.mailTo(next.sellerId, /sold/);
  expect(await notifications.subjects(order.userId)).toEqual([]);
});

test('When the mail server is away, then events are handled all the same, and the mails arrive once it is back', async () => {
  await notifications.mailbox.behave('off');
  const order = notifications.sale();
  await signUpBoth(order);
  await notifications.complete(order);
  await notifications.system.eventually(async () =>
    expect(await notifications.jobs.countDocuments({ _id: { $regex: order.id } })).toBe(2),
  );
  await notifications.mailbox.behave('on');
  await notifications.system.eventually(async () => {
    expect(await notifications.subjects(order.userId)).toHaveLength(1);
    expect(await notifications.subjects(order.sellerId)).toHaveLength(1);
  }, 20_000);
});
