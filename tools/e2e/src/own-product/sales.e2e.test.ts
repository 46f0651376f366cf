import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { desktop, openBrowser, openSession, overflow, violations } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { linkIn } from '../mailbox.ts';
import { testOnThisMachine } from '../site.ts';
import { openStripeLedger } from '../stripe-ledger.ts';
import { hold, list, pay, signUp, untilOrder } from '../user.ts';
import { useOwnProduct } from './use-own-product.ts';

const narrowest = { width: 320, height: 568 };

const { running } = useOwnProduct({ PAYOUT_DELAY_HOURS: '0.001' });

/** Reloads the page until its only sale has this state. */
const untilSale = (page: Page, state: string): Promise<void> =>
  eventually(async () => {
    await page.goto('/sales');
    expect(await page.getByTestId('sale').locator('.badge').allTextContents()).toEqual([state]);
  }, 60_000);

const balance = async (page: Page) => {
  const amounts = ['held', 'available', 'paid-out'].map((name) => page.getByTestId(`balance-${name}`).textContent());
  return Promise.all(amounts);
};

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
      await untilSale(page, 'Held');
      expect(await balance(page)).toEqual(['$17.99', '$0.00', '$0.00']);
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

      await untilSale(page, 'Paid out');
      expect(await balance(page)).toEqual(['$0.00', '$0.00', '$17.99']);
      expect(await ledger.transfers()).toMatchObject([{ amount: 1799 }]);
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
