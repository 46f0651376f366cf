import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openHarness, publicUrl, type NotificationsHarness } from './test/harness.ts';

let notifications: NotificationsHarness;

beforeAll(async () => {
  notifications = await openHarness({ replicas: 2 });
});
afterAll(() => notifications.close());

/** A sale of long ago, of which nothing is stored any more; its users are known. */
const oldSale = async () => {
  const order = notifications.sale({
    completedAt: notifications.daysAgo(30),
    expiresAt: notifications.daysAgo(30),
  });
  await notifications.signUp(order.userId);
  await notifications.signUp(order.sellerId);
  return order;
};

const now = () => notifications.daysAgo(0);

const untilSubjects = (userId: string, subjects: readonly string[]) =>
  notifications.system.eventually(async () => expect(await notifications.subjects(userId)).toEqual(subjects));

test.each([
  ['support', 'Our support team has granted you a refund. So we return a part of your payment.'],
  ['not_delivered', 'The seller did not deliver the ticket in time. So we return a part of your payment.'],
  ['something_new', 'The order was cancelled. So we return a part of your payment.'],
])(
  'When a part of an old sale is refunded (%s), then buyer and seller are told how much, and why',
  async (reason, why) => {
    const order = await oldSale();
    const returned = [{ id: 're_1', amount: 500, at: now(), reason }];
    await notifications.charged(order, { amountRefunded: 500, left: 1499, fee: 150, returned });
    const bought = await notifications.mailTo(order.userId, /^Your money is returned: Final$/);
    expect(bought.text).toContain(why);
    expect(bought.text).toContain('Amount: $5.00\nYou had paid: $19.99\n');
    expect(bought.text).toContain(`${publicUrl}/orders/${order.id}`);
    const sold = await notifications.mailTo(order.sellerId, /^Your sale was refunded: Final$/);
    expect(sold.text).toContain('a part of the money back, so your proceeds from this sale are $13.49.');
    expect(sold.text).toContain('Amount: $5.00\n');
    expect(sold.text).toContain(`${publicUrl}/tickets/${order.ticket.id}`);
    expect(sold.text).not.toContain('taken back');
  },
);

test('When an order was cancelled while it was paid, then its buyer is told why, and its seller nothing', async () => {
  const order = await oldSale();
  const returned = [{ id: 're_1', amount: 1999, at: now(), reason: 'by_buyer' }];
  await notifications.charged(order, { status: 'refunded', left: 0, fee: 0, returned, refundedAt: now() });
  const mail = await notifications.mailTo(order.userId, /^Your money is returned: Final$/);
  expect(mail.text).toContain('You have cancelled the order.');
  expect(await notifications.subjects(order.sellerId)).toEqual([]);
});

test('When several refunds arrive in one state, and again with the next one, then each is one mail', async () => {
  const order = await oldSale();
  const [first, second, third] = [100, 200, 1699].map((amount, index) => ({
    id: `re_${index}`,
    amount,
    at: now(),
    reason: 'support',
  }));
  if (first === undefined || second === undefined || third === undefined) throw new Error('three refunds');
  await notifications.charged(order, { left: 1699, fee: 170, returned: [first, second] });
  await notifications.untilSent(`refunded:${order.id}:re_1`);
  const all = { status: 'refunded' as const, left: 0, fee: 0, returned: [first, second, third], refundedAt: now() };
  await notifications.charged(order, { ...all, version: 4 });
  await notifications.cancelled({ ...order, version: order.version + 1, status: 'cancelled', reason: 'refunded' });
  await notifications.charged(order, { ...all, version: 5 });
  await notifications.untilSent(`refunded:${order.id}:re_2`);
  await untilSubjects(
    order.userId,
    Array.from({ length: 3 }, () => 'Your money is returned: Final'),
  );
  await untilSubjects(
    order.sellerId,
    Array.from({ length: 3 }, () => 'Your sale was refunded: Final'),
  );
  const amounts = (await notifications.mailbox.mails(`${order.userId}@example.com`)).map(
    ({ text }) => /Amount: (\S+)/.exec(text)?.[1],
  );
  expect(new Set(amounts)).toEqual(new Set(['$1.00', '$2.00', '$16.99']));
});

test('When an operator has ordered the refund of a sale that was paid out, then buyer and seller are told the reason', async () => {
  const order = await oldSale();
  await notifications.charged(order, {
    status: 'refunded',
    left: 0,
    fee: 0,
    paidOutAt: notifications.daysAgo(20),
    paidOut: 1799,
    refundNote: 'The concert was called off.',
    returned: [{ id: 're_1', amount: 1999, at: now(), reason: 'operator' }],
  });
  const bought = await notifications.mailTo(order.userId, /^Your money is returned/);
  expect(bought.text).toContain('The marketplace has called off your purchase. So we return your payment.');
  expect(bought.text).toContain('Amount: $19.99\nReason: The concert was called off.\n');
  const sold = await notifications.mailTo(order.sellerId, /^Your sale was refunded/);
  expect(sold.text).toContain('there are no proceeds from this sale.');
  expect(sold.text).toContain('Reason: The concert was called off.\n');
  expect(sold.text).toContain('What you have been paid beyond that is taken back from your account at Stripe.');
});

test('When an operator has returned the money in another way, then the buyer is told, and the seller nothing', async () => {
  const order = await oldSale();
  const returned = [{ id: 'request', amount: 1999, at: now(), reason: 'outside_stripe' }];
  await notifications.charged(order, { status: 'refunded', left: 0, fee: 0, returned, refundedAt: now() });
  const mail = await notifications.mailTo(order.userId, /^Your money is returned: Final$/);
  expect(mail.text).toContain('A refund did not reach your card. So we have returned your payment in another way.\n');
  expect(mail.text).not.toContain('Most banks');
  expect(await notifications.subjects(order.sellerId)).toEqual([]);
});

test('When a dispute is opened, then the seller is told, and when it is lost, also that the bank has returned the money', async () => {
  const order = await oldSale();
  const dispute = { id: 'dp_1', amount: 1999, status: 'needs_response', reason: 'fraudulent', openedAt: now() };
  await notifications.charged(order, { dispute });
  const disputed = await notifications.mailTo(order.sellerId, /^Your sale is disputed: Final$/);
  expect(disputed.text).toContain('has disputed the payment for your ticket at their bank');
  expect(disputed.text).toContain(`${publicUrl}/tickets/${order.ticket.id}`);
  await notifications.charged(order, { version: 4, dispute: { ...dispute, status: 'under_review' } });
  await notifications.charged(order, {
    version: 5,
    status: 'refunded',
    left: 0,
    fee: 0,
    dispute: { ...dispute, status: 'lost' },
    refundedAt: now(),
    returned: [{ id: 'dp_1', amount: 1999, at: now(), reason: 'dispute' }],
  });
  const bought = await notifications.mailTo(order.userId, /^Your bank has returned your money: Final$/);
  expect(bought.text).toContain('Your bank has decided your dispute for you and returned your payment.');
  expect(bought.text).not.toMatch(/we return|card/i);
  const sold = await notifications.mailTo(order.sellerId, /^Your sale was refunded/);
  expect(sold.text).toContain('The bank of the buyer has decided the dispute for the buyer.');
  await untilSubjects(order.sellerId, ['Your sale is disputed: Final', 'Your sale was refunded: Final']);
  await untilSubjects(order.userId, ['Your bank has returned your money: Final']);
});

test('When the bank only asks, then nobody is told', async () => {
  const order = await oldSale();
  const dispute = { id: 'dp_1', amount: 1999, status: 'warning_needs_response', reason: 'fraudulent' };
  await notifications.charged(order, { dispute });
  await notifications.charged(order, { version: 4, dispute, paidOutAt: now(), paidOut: 1799 });
  await notifications.untilSent(`paid-out:${order.id}`);
  await untilSubjects(order.sellerId, ['You are paid for: Final']);
});

test('When the proceeds are transferred, then the seller is told once', async () => {
  const order = await oldSale();
  const paidOut = { paidOutAt: now(), paidOut: 1799 };
  await notifications.charged(order, paidOut);
  const mail = await notifications.mailTo(order.sellerId, /^You are paid for: Final$/);
  expect(mail.text).toContain('Amount: $17.99\n');
  expect(mail.text).toContain(`${publicUrl}/tickets/${order.ticket.id}`);
  const returned = [{ id: 're_1', amount: 100, at: now(), reason: 'support' }];
  await notifications.charged(order, { version: 4, ...paidOut, left: 1899, fee: 190, returned });
  await notifications.untilSent(`refunded:${order.id}:re_1`);
  await untilSubjects(order.sellerId, ['You are paid for: Final', 'Your sale was refunded: Final']);
});

test('When the buyer reports a problem, then the seller is told once, and again when one is reported after it was settled', async () => {
  const order = await oldSale();
  const [first, second] = [notifications.daysAgo(1), now()];
  await notifications.complete({ ...order, problemAt: first, problemSince: first });
  const mail = await notifications.mailTo(order.sellerId, /^Your sale is disputed: Final$/);
  expect(mail.text).toContain('has reported a problem with your ticket');
  await notifications.complete({ ...order, version: 3, problemAt: second, problemSince: first });
  await notifications.complete({ ...order, version: 4, problemAt: second, problemSince: second });
  await notifications.untilSent(`sale-disputed:${order.id}:${second}`);
  await untilSubjects(order.sellerId, ['Your sale is disputed: Final', 'Your sale is disputed: Final']);
  expect(await notifications.subjects(order.userId)).toEqual([]);
});

test('When something happened more than three days ago, then nobody is told of it, nor waited for', async () => {
  const order = notifications.sale({ completedAt: notifications.daysAgo(30) });
  await notifications.signUp(order.sellerId);
  const old = notifications.daysAgo(3.01);
  await notifications.charged(order, {
    dispute: { id: 'dp_1', amount: 1999, status: 'won', reason: 'fraudulent', openedAt: old },
    paidOutAt: now(),
    paidOut: 1799,
    returned: [{ id: 're_1', amount: 100, at: old, reason: 'support' }],
  });
  await notifications.mailTo(order.sellerId, /^You are paid for/);
  const other = await oldSale();
  await notifications.charged(other, { paidOutAt: old, paidOut: 1799 });
  await notifications.charged(other, { version: 4, paidOutAt: old, paidOut: 1799, left: 1 });
  const next = await oldSale();
  await notifications.charged(next, { paidOutAt: now(), paidOut: 1799 });
  await notifications.mailTo(next.sellerId, /^You are paid for/);
  expect(await notifications.subjects(order.sellerId)).toEqual(['You are paid for: Final']);
  expect(await notifications.jobs.countDocuments({ _id: { $regex: other.id } })).toBe(0);
  expect(await notifications.sales.countDocuments({ _id: other.id })).toBe(0);
  expect(await notifications.system.collection('dead-letters').countDocuments()).toBe(0);
});

test('When money that no order waited for goes back, then its seller is not told', async () => {
  const { completedAt: _, ...order } = await oldSale();
  await notifications.charged(order, {
    status: 'refunded',
    returned: [{ id: 're_1', amount: 1999, at: now(), reason: 'expired' }],
  });
  const mail = await notifications.mailTo(order.userId, /^Your money is returned/);
  expect(mail.text).toContain('The order had expired before the payment arrived. So we return your payment.');
  expect(await notifications.jobs.countDocuments({ _id: { $regex: order.id } })).toBe(1);
});
