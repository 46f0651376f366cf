import { expect } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { z } from 'zod';
import { desktop, openBrowser, openSession, overflow, violations } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { linkIn, mailsOf } from '../mailbox.ts';
import { salesSummaryResponse, ticketSummaryResponse } from '../responses.ts';
import { testOnThisMachine } from '../site.ts';
import { openStripeLedger } from '../stripe-ledger.ts';
import { deliver, hold, list, pay, signUp, untilOrder, type User } from '../user.ts';
import { useOwnProduct } from './use-own-product.ts';

const longest = 'Llanfairpwll'.repeat(20);
const narrowest = { width: 320, height: 568 };

const { running } = useOwnProduct({ PAYOUT_DELAY_HOURS: '0.001' });

const balance = async (page: Page) => {
  const amounts = ['held', 'available', 'paid-out'].map((name) => page.getByTestId(`balance-${name}`).textContent());
  return Promise.all(amounts);
};

/** Reloads the page until its only sale has this state, and the balance, which another request reads, these amounts. */
const untilSale = (page: Page, state: string, amounts: readonly string[]): Promise<void> =>
  eventually(async () => {
    await page.goto('/sales');
    expect(await page.getByTestId('sale').locator('.badge').allTextContents()).toEqual([state]);
    expect(await balance(page)).toEqual(amounts);
  }, 60_000);

/** How many tickets the page counts in some states, and what it says of their money. */
const expectNumbers = async (page: Page, numbers: Readonly<Record<string, readonly string[]>>): Promise<void> => {
  for (const [state, expected] of Object.entries(numbers))
    expect(await page.getByTestId(`count-${state}`).locator('dd').allTextContents()).toEqual(expected);
};

const read = async (seller: User, of: string): Promise<unknown> => {
  const response = await seller.send({ method: 'GET', path: `/api/${of}/summary` });
  expect(response).toMatchObject({ status: 200 });
  return response.body;
};

type Summary = z.infer<typeof salesSummaryResponse>;

const summaryOf = (body: unknown): Summary => salesSummaryResponse.parse(body);

const money = (amount: number): string => `$${amount.toFixed(2)}`;

/** The plot's bars and its table say the same, which is what the API says. */
const expectPlot = async (page: Page, { sales, proceeds, periods }: Summary): Promise<void> => {
  await page.getByText('Show the numbers as a table').click();
  const table = page.getByTestId('sales-table');
  const rows = await Promise.all(
    (await table.locator('tbody tr').all()).map((row) => row.locator('th,td').allTextContents()),
  );
  expect(rows.length).toBeGreaterThanOrEqual(7);
  const bars = await page.getByTestId('sales-plot').locator('g title').allTextContents();
  expect(bars).toEqual(rows.map(([name, sold, amount]) => `${name}: ${sold} sold, ${amount}`));
  expect(rows.filter(([, sold]) => sold !== '0').map(([, ...numbers]) => numbers)).toEqual(
    periods.map((period) => [String(period.sales), money(period.proceeds)]),
  );
  expect(await table.locator('tfoot td').allTextContents()).toEqual([String(sales), money(proceeds)]);
  const label = await page
    .getByRole('img', { name: /^Bar chart of your proceeds by day, from / })
    .getAttribute('aria-label');
  expect(label).toContain('The table below has the same numbers.');
};

const untilMail = (user: User, subject: string): Promise<void> =>
  eventually(async () => {
    const subjects = (await mailsOf(running(), user.credentials.email)).map((mail) => mail.subject);
    expect(subjects.filter((each) => each === subject)).toHaveLength(1);
  }, 20_000);

const expectAccessible = async (page: Page): Promise<void> => {
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
};

testOnThisMachine(
  'When a seller sets up payouts without JavaScript and the event has begun, then the sale is paid out once',
  async () => {
    const [seller, buyer] = await Promise.all([signUp(running().url), signUp(running().url)]);
    const ledger = openStripeLedger(running().processes());
    const browser = await openBrowser();
    try {
      const as = { as: seller };
      const plain = await openSession(browser, running().url, { ...as, withoutJavaScript: true });
      const { page, problems } = await openSession(browser, running().url, { ...as, viewport: narrowest });
      const startsAt = new Date(Date.now() + 30_000).toISOString();
      const ticket = await list(seller, { startsAt, price: 19.99 });
      const held = await hold(buyer, ticket.id);
      expect(await pay(buyer, held.id)).toMatchObject({ status: 201 });

      const unsold = await list(seller, { price: 19.99 });
      await page.goto(`/tickets/${unsold.id}/edit`);
      await page.getByText('You get $17.99, after our fee of $2.00 (10%).').waitFor();
      await page.getByLabel('Price (USD)').fill('10.05');
      await page.getByText('You get $9.04, after our fee of $1.01 (10%).').waitFor();
      await plain.page.goto('/tickets/new');
      await plain.page.getByText('You get the price less our fee of 10%.').waitFor();

      await untilOrder(buyer, held.id, { status: 'complete' });
      await deliver(seller, ticket.id);
      await untilSale(page, 'Held', ['$17.99', '$0.00', '$0.00']);
      await page.getByText('Nothing is paid out until your email address is confirmed.').waitFor();
      await expectAccessible(page);

      await plain.page.goto('/sales');
      await plain.page.getByRole('button', { name: 'Set up payouts' }).click();
      await plain.page.getByRole('button', { name: 'Complete' }).click();
      await plain.page.getByTestId('payout-status').getByText('Ready', { exact: true }).waitFor();
      expect(await ledger.transfers()).toEqual([]);
      await page.goto(await linkIn(running(), seller.credentials.email, 'Confirm your e-mail address'));
      await page.getByRole('button', { name: 'Confirm my email address' }).click();
      await page.getByRole('heading', { name: 'Your email address is confirmed' }).waitFor();

      await untilSale(page, 'Paid out', ['$0.00', '$0.00', '$17.99']);
      expect(await ledger.transfers()).toMatchObject([{ amount: 1799 }]);
      await expectNumbers(page, { 'on-sale': ['1', '$19.99'], held: ['0', '$0.00'], sold: ['1', '$17.99 earned'] });
      expect(await page.getByTestId('balance-earned').textContent()).toBe('$17.99');
      expect(await page.getByTestId('next-payout').textContent()).toBe('Nothing yet');
      await plain.page.goto('/sales');
      for (const each of [page, plain.page]) await expectPlot(each, summaryOf(await read(seller, 'payments/sales')));
      await untilMail(seller, 'You are paid for: Cup final');
      await expectAccessible(page);
      await page.setViewportSize(desktop);
      await expectAccessible(page);

      const csv = await fetch(`${running().url}/sales/csv`, { headers: { cookie: seller.cookie } });
      expect(csv.headers.get('content-type')).toContain('text/csv');
      const [names, row, ...others] = (await csv.text()).split('\r\n');
      expect(names).toMatch(/^order_id,ticket_id,title,/);
      expect(row).toMatch(`${held.id},${ticket.id},Cup final,19.99,2,17.99,usd,paid_out,`);
      expect(others).toEqual(['']);
      expect([...problems, ...plain.problems]).toEqual([]);
    } finally {
      await browser.close();
    }
  },
  180_000,
);

testOnThisMachine(
  'When a seller sets up payouts with JavaScript, then Stripe’s page leads back, and the account is ready once it is complete',
  async () => {
    const seller = await signUp(running().url);
    const browser = await openBrowser();
    try {
      const { page, problems } = await openSession(browser, running().url, { as: seller });
      await page.goto('/sales');
      const status = page.getByTestId('payout-status');
      await status.getByText('Not set up', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Set up payouts' }).click();
      await page.getByRole('button', { name: 'Fail' }).click();
      await status.getByText('Not ready', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Continue at Stripe' }).click();
      await page.getByRole('button', { name: 'Complete' }).click();
      await page.waitForURL('**/sales');
      await status.getByText('Ready', { exact: true }).waitFor();
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  },
  60_000,
);

testOnThisMachine(
  'When a sale is refunded in part or disputed, then mails, list and page of the ticket say so, without JavaScript too',
  async () => {
    const [seller, buyer] = await Promise.all([signUp(running().url), signUp(running().url)]);
    const ledger = openStripeLedger(running().processes());
    const browser = await openBrowser();
    const sell = async (title: string, token: string) => {
      const ticket = await list(seller, { title, startsAt: '2040-05-01T20:00:00.000Z', price: 19.99 });
      const { id } = await hold(buyer, ticket.id);
      expect(await pay(buyer, id, token)).toMatchObject({ status: 201 });
      await untilOrder(buyer, id, { status: 'complete' });
      return { ticketId: ticket.id, orderId: id };
    };
    try {
      const inPart = await sell('Semi-final', 'tok_visa');
      await ledger.refundPart(inPart.orderId, 500);
      const disputed = await sell('Quarter-final', 'tok_createDispute');
      await untilMail(buyer, 'Your money is returned: Semi-final');
      await untilMail(seller, 'Your sale was refunded: Semi-final');
      await untilMail(seller, 'Your sale is disputed: Quarter-final');
      for (const withoutJavaScript of [true, false]) {
        const { page, problems } = await openSession(browser, running().url, { as: seller, withoutJavaScript });
        await page.goto('/sales');
        const rows = await page.getByTestId('sale').allInnerTexts();
        const [disputedRow = '', inPartRow = ''] = rows;
        expect(inPartRow).toContain('$5.00 returned to the buyer');
        for (const { ticketId, row, label } of [
          { ...inPart, row: inPartRow, label: 'Held' },
          { ...disputed, row: disputedRow, label: 'Disputed' },
        ]) {
          await page.goto(`/tickets/${ticketId}`);
          const [badge, ...facts] = await page.getByTestId('sale').locator('p').allInnerTexts();
          expect(badge).toBe(label);
          expect(facts.length).toBeGreaterThan(2);
          for (const fact of [label, ...facts.map((text) => text.replace(/^Proceeds /, ''))])
            expect(row).toContain(fact);
          if (!withoutJavaScript) await expectAccessible(page);
        }
        expect(problems).toEqual([]);
      }
    } finally {
      await browser.close();
    }
  },
  120_000,
);

testOnThisMachine(
  'When tickets are on sale, held and to deliver, then the sales page counts them, and shows the rest while tickets does not respond',
  async () => {
    const [seller, buyer] = await Promise.all([signUp(running().url), signUp(running().url)]);
    const browser = await openBrowser();
    const tickets = running()
      .processes()
      .filter(({ name }) => name === 'tickets');
    try {
      await list(seller, { title: longest.slice(0, 200), price: 999_999.99, city: longest.slice(0, 100) });
      const held = await list(seller, { price: 5 });
      await hold(buyer, held.id);
      const due: string[] = [];
      for (const [title, startsAt] of [
        ['ערב של שירים!', '2040-05-01T20:00:00.000Z'],
        ['🎫'.repeat(200), new Date(Date.now() + 5 * 3_600_000).toISOString()],
      ] as const) {
        const ticket = await list(seller, { title, startsAt, seat: 'S'.repeat(50) });
        const { id } = await hold(buyer, ticket.id);
        expect(await pay(buyer, id)).toMatchObject({ status: 201 });
        await untilOrder(buyer, id, { status: 'complete' });
        due.unshift(title);
      }
      const { page, problems } = await openSession(browser, running().url, { as: seller, viewport: narrowest });
      await eventually(async () => {
        await page.goto('/sales');
        const numbers = { 'on-sale': ['1', '$999,999.99'], held: ['1', '$5.00'], 'to-deliver': ['2', '$39.98'] };
        await expectNumbers(page, { ...numbers, sold: ['2', '$35.98 earned'] });
      });
      expect(await page.getByTestId('to-deliver').getByRole('heading').allTextContents()).toEqual(due);
      expect(ticketSummaryResponse.parse(await read(seller, 'tickets'))).toMatchObject({ toDeliver: { count: 2 } });
      for (const width of [320, 768, 1_280]) {
        await page.setViewportSize({ width, height: 700 });
        await expectAccessible(page);
      }
      for (const each of tickets) running().signal(each, 'SIGSTOP');
      await page.goto('/sales');
      await page.getByText('This can’t be shown right now').waitFor();
      expect(await page.getByTestId('count-on-sale').count()).toBe(0);
      await expectNumbers(page, { sold: ['2', '$35.98 earned'] });
      expect(await page.getByTestId('sale').count()).toBe(2);
      await expectAccessible(page);
      expect(problems.filter((problem) => !problem.includes('status of 503'))).toEqual([]);
    } finally {
      for (const each of tickets) running().signal(each, 'SIGCONT');
      await browser.close();
    }
  },
  180_000,
);

testOnThisMachine(
  'When a seller has several pages of sales, then the CSV file has each once, and formulas are text',
  async () => {
    const seller = await signUp(running().url);
    const mongod = running()
      .processes()
      .find(({ name }) => name === 'mongod');
    const mongo = await new MongoClient(mongod?.url ?? '').connect();
    const ids = Array.from({ length: 250 }, () => randomUUID());
    const now = Date.now();
    try {
      await mongo
        .db('payments')
        .collection<{ _id: string }>('payments')
        .insertMany(
          ids.map((_id, index) => ({
            _id,
            version: 2,
            status: 'completed',
            order: {
              id: _id,
              version: 2,
              userId: 'buyer',
              sellerId: seller.id,
              status: 'awaiting:payment',
              expiresAt: new Date().toISOString(),
              price: 1999,
              ticket: { id: randomUUID(), title: '=HYPERLINK("http://x")', price: 1999, version: 0, revision: 0 },
            },
            outbox: [],
            amount: 1999,
            left: 1999,
            fee: 200,
            createdAt: new Date(),
            completedAt: new Date(now - index),
          })),
        );
    } finally {
      await mongo.close();
    }
    const csv = await fetch(`${running().url}/sales/csv`, { headers: { cookie: seller.cookie } });
    const [names, ...rows] = (await csv.text()).trimEnd().split('\r\n');
    expect(names).toMatch(/^order_id,ticket_id,title,/);
    expect(rows.map((row) => row.split(',')[0])).toEqual(ids);
    expect(rows.filter((row) => row.includes(`,"'=HYPERLINK(""http://x"")",`))).toHaveLength(ids.length);
  },
  60_000,
);
