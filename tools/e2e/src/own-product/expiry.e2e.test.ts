import { expect } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { orderResponse, ticketListResponse } from '../responses.ts';
import { openBrowser, openSession } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { hold, list, order, orderOf, pay, signUp, ticketOf, untilOrder } from '../user.ts';
import { testOnThisMachine } from '../site.ts';
import { translatePages } from '../translation.ts';
import { useOwnProduct } from './use-own-product.ts';

const windowSeconds = 5;
const pending = z.object({ nextAction: z.object({ url: z.string() }) });

const { running } = useOwnProduct({ EXPIRATION_WINDOW_SECONDS: String(windowSeconds) });

testOnThisMachine('When a hold runs out, then it cannot be paid and another buyer can hold the ticket', async () => {
  const [seller, buyer, other] = await Promise.all([
    signUp(running().url),
    signUp(running().url),
    signUp(running().url),
  ]);
  const ticket = await list(seller);
  const held = await hold(buyer, ticket.id);
  const seconds = (Date.parse(held.expiresAt) - Date.now()) / 1000;
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(windowSeconds);
  await untilOrder(buyer, held.id, { status: 'cancelled', reason: 'expired' });
  expect(await pay(buyer, held.id)).toMatchObject({
    status: 400,
    body: { errors: [{ message: 'This order has expired' }] },
  });
  await eventually(async () => expect(await ticketOf(seller, ticket.id)).not.toHaveProperty('orderId'));
  const next = await eventually(() => hold(other, ticket.id));
  expect((await pay(other, next.id)).status).toBe(201);
  await untilOrder(other, next.id, { status: 'complete' });
  expect(await orderOf(buyer, held.id)).toMatchObject({ status: 'cancelled', reason: 'expired' });
});

for (const [title, isTranslated] of [
  [
    'When a hold runs out while its buyer looks at it, then the page updates itself and leads back to the ticket',
    false,
  ],
  ['When a hold runs out on a page that the browser translates, then it updates itself and leads back as well', true],
] as const)
  testOnThisMachine(
    title,
    async () => {
      const [seller, buyer] = await Promise.all([signUp(running().url), signUp(running().url)]);
      const ticket = await list(seller);
      // The page waits for 2 s until orders knows a ticket.
      expect((await order(seller, ticket.id)).status).toBe(400);
      const browser = await openBrowser();
      try {
        const { page, problems } = await openSession(browser, running().url, { as: buyer });
        if (isTranslated) await translatePages(page);
        // While the charge is read, the response of the order has already corrected the page's clock.
        await page.route('**/api/payments/*', async (route) => {
          await delay(300);
          await route.continue();
        });
        await page.goto(`/tickets/${ticket.id}`);
        await page.getByRole('button', { name: 'Hold this ticket' }).click();
        await page.getByRole('heading', { name: 'Your hold ran out' }).waitFor();
        expect(await page.getByTestId('order-status').textContent()).toBe('Expired');
        expect(await page.getByTestId('money-outcome').textContent()).toBe('You have not been charged.');
        await page.getByRole('link', { name: 'See whether it is still there' }).click();
        await page.getByTestId('ticket-state').getByText('On sale').waitFor();
        expect(problems).toEqual([]);
      } finally {
        await browser.close();
      }
    },
    60_000,
  );

testOnThisMachine(
  'When a hold runs out while the bank waits for a confirmation, then a late one charges nothing, and others can buy',
  async () => {
    const [seller, buyer, other] = await Promise.all([
      signUp(running().url),
      signUp(running().url),
      signUp(running().url),
    ]);
    const ticket = await list(seller);
    const held = await hold(buyer, ticket.id);
    const response = await pay(buyer, held.id, 'tok_threeDSecure2Required');
    expect(response.status).toBe(202);
    const { nextAction } = pending.parse(response.body);
    await untilOrder(buyer, held.id, { status: 'cancelled', reason: 'expired' });
    const browser = await openBrowser();
    try {
      const { page } = await openSession(browser, running().url, { as: buyer });
      await page.goto(nextAction.url);
      await page.getByRole('heading', { name: 'This confirmation is over' }).waitFor();
    } finally {
      await browser.close();
    }
    const next = await eventually(() => hold(other, ticket.id));
    expect((await pay(other, next.id)).status).toBe(201);
    expect(await orderOf(buyer, held.id)).toMatchObject({ status: 'cancelled', reason: 'expired' });
  },
  60_000,
);

testOnThisMachine('When an order is paid before its deadline, then its timer changes nothing', async () => {
  const [seller, buyer] = await Promise.all([signUp(running().url), signUp(running().url)]);
  const paidTicket = await list(seller);
  const paid = await hold(buyer, paidTicket.id);
  expect((await pay(buyer, paid.id)).status).toBe(201);
  // Its deadline is later than that of the paid order: once it has expired, so would the paid one have.
  const later = await hold(buyer, (await list(seller)).id);
  await untilOrder(buyer, later.id, { status: 'cancelled', reason: 'expired' });
  expect(await orderOf(buyer, paid.id)).toMatchObject({ status: 'complete' });
  expect(await ticketOf(seller, paidTicket.id)).toMatchObject({ orderId: paid.id, soldAt: expect.any(String) });
});

testOnThisMachine(
  'When 100 holds run out at once, then each is on sale again, and none before its deadline',
  async () => {
    const seller = await signUp(running().url);
    const buyers = await Promise.all(Array.from({ length: 20 }, () => signUp(running().url)));
    const tickets = await Promise.all(Array.from({ length: 100 }, () => list(seller)));
    await Promise.all(
      tickets.map(({ id }) => eventually(async () => expect((await order(seller, id)).status).toBe(400))),
    );
    const deadlines = new Map(
      await Promise.all(
        tickets.map(async ({ id }, index) => {
          const response = await order(buyers[index % buyers.length] ?? seller, id);
          expect(response.status).toBe(201);
          return [id, Date.parse(orderResponse.parse(response.body).expiresAt)] as const;
        }),
      ),
    );
    const path = '/api/tickets?mine=true&limit=100';
    const held = async () => {
      const mine = ticketListResponse.parse((await seller.send({ method: 'GET', path })).body);
      return new Set(mine.filter(({ orderId }) => orderId !== undefined).map(({ id }) => id));
    };
    await eventually(async () => expect((await held()).size).toBe(100));

    const waiting = new Map(deadlines);
    const late: number[] = [];
    await eventually(async () => {
      const still = await held();
      const seenAt = Date.now();
      for (const [id, deadline] of waiting) {
        if (still.has(id)) continue;
        late.push(seenAt - deadline);
        waiting.delete(id);
      }
      expect(waiting.size).toBe(0);
    }, 30_000);
    // How soon is measured by the benchmark `expiry`.
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  },
  90_000,
);
