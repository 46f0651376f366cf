import { expect } from '@jest/globals';
import { eventually } from './eventually.ts';
import { mailsOf } from './mailbox.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { openStripeLedger, payTooLate } from './stripe-ledger.ts';
import { hold, list, pay, signUp, untilOrder, type User } from './user.ts';

const site = siteUnderTest();

/** The mails whose subject names this ticket, newest first. */
const mailsTo = async ({ credentials }: User, title: string) =>
  (await mailsOf(site, credentials.email)).filter(({ subject }) => subject.includes(title));

const mailTo = (user: User, title: string, subject: string) =>
  eventually(async () => {
    const found = await mailsTo(user, title);
    expect(found.map((mail) => mail.subject)).toEqual([`${subject}: ${title}`]);
    return found[0];
  }, 20_000);

/** The response to the first link of a mail. */
const openLink = async (user: User, text = '') => {
  const link = new URL(/https?:\/\/\S+/.exec(text)?.[0] ?? '');
  return { path: link.pathname, response: await user.send({ method: 'GET', path: link.pathname }) };
};

testOnThisMachine(
  'When a ticket is paid, then its buyer and its seller get one mail each, with a link that works',
  async () => {
    const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
    const title = 'Mail & "quotes" <b>';
    const ticket = await list(seller, { title, startsAt: '2040-05-01T20:00:00.000Z', venue: 'Arena' });
    const { id } = await hold(buyer, ticket.id);
    expect(await pay(buyer, id)).toMatchObject({ status: 201 });
    await untilOrder(buyer, id, { status: 'complete' });
    const bought = await mailTo(buyer, title, 'You have bought');
    expect(bought?.attachments).toMatchObject([
      { filename: `receipt-${id}.pdf`, contentType: 'application/pdf' },
      { filename: 'event.ics', contentType: 'text/calendar' },
    ]);
    expect(await openLink(buyer, bought?.text)).toMatchObject({ path: `/orders/${id}`, response: { status: 200 } });
    const sold = await mailTo(seller, title, 'You have sold');
    expect(await openLink(seller, sold?.text)).toMatchObject({
      path: `/tickets/${ticket.id}`,
      response: { status: 200 },
    });
  },
);

testOnThisMachine(
  'When an order is cancelled while it is paid, then its buyer gets one mail about the money, and its seller none',
  async () => {
    const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
    const title = 'Too late';
    const ticket = await list(seller, { title, price: 12.5 });
    const { id } = await hold(buyer, ticket.id);
    await payTooLate(openStripeLedger(site.processes()), buyer, id);
    const mail = await mailTo(buyer, title, 'Your money is returned');
    expect(mail?.text).toContain('You have cancelled the order.');
    expect(mail?.text).toContain('$12.50');
    expect(await mailsTo(seller, title)).toEqual([]);
  },
  60_000,
);
