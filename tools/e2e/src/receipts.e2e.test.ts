import { expect } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { overflow, phone, usePages, violations } from './browser.ts';
import { eventually } from './eventually.ts';
import { mailsOf } from './mailbox.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { hold, list, pay, signUp, untilOrder, type User } from './user.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

const download = (orderId: string, { cookie }: Pick<User, 'cookie'>): Promise<Response> =>
  fetch(`${site.url}/api/payments/${orderId}/receipt`, { headers: { cookie } });

const listing = {
  title: 'הופעה של שלום חנוך! 東京 Zürich',
  startsAt: '2040-05-01T20:00:00.000Z',
  venue: 'Kaufleuten',
  city: 'Zürich',
  section: 'A',
  row: '12',
  seat: '7',
};

testOnThisMachine(
  'When an order is paid, then its buyer prints the receipt and downloads what the mail has attached, and nobody else does',
  async () => {
    const [seller, buyer, other] = await Promise.all([signUp(site.url), signUp(site.url), signUp(site.url)]);
    const ticket = await list(seller, listing);
    const { id } = await hold(buyer, ticket.id);
    expect((await download(id, buyer)).status).toBe(404);
    expect(await pay(buyer, id)).toMatchObject({ status: 201 });
    await untilOrder(buyer, id, { status: 'complete' });

    const page = await openPage({ as: buyer, viewport: { ...phone, width: 320 }, withoutJavaScript: true });
    await page.goto(`/orders/${id}`);
    await page.getByRole('link', { name: 'Receipt', exact: true }).click();
    await page.getByRole('heading', { name: 'Receipt' }).waitFor();
    for (const text of [id, listing.title, 'Tue, May 1, 2040, 20:00 UTC', 'Kaufleuten', 'A · Row 12 · Seat 7'])
      await page.getByText(text).waitFor();
    expect(await overflow(page)).toBe(0);
    const pdfLink = page.getByRole('link', { name: 'Receipt as PDF' });
    const [file] = await Promise.all([page.waitForEvent('download'), pdfLink.click()]);
    const bytes = await readFile(await file.path());
    expect(file.suggestedFilename()).toBe(`receipt-${id}.pdf`);
    expect(bytes.subarray(0, 5).toString('latin1')).toBe('%PDF-');

    await page.emulateMedia({ media: 'print' });
    expect(await pdfLink.isVisible()).toBe(false);
    expect(await page.getByRole('banner').isVisible()).toBe(false);
    await page.getByText(listing.title).waitFor();

    const mail = await eventually(async () => {
      const [found] = (await mailsOf(site, buyer.credentials.email)).filter(({ subject }) =>
        subject.includes('bought'),
      );
      expect(found).toBeDefined();
      return found;
    }, 20_000);
    expect(mail?.attachments).toMatchObject([
      { filename: `receipt-${id}.pdf`, contentType: 'application/pdf', size: bytes.length },
      { filename: 'event.ics' },
    ]);

    expect((await download(id, other)).status).toBe(401);
    expect((await download(id, seller)).status).toBe(401);
    expect((await download(id, { cookie: '' })).status).toBe(401);
    const foreign = await openPage({ as: other });
    await foreign.goto(`/orders/${id}/receipt`);
    await foreign.getByText('This order belongs to another account.').waitFor();
    const own = await openPage({ as: buyer });
    await own.goto(`/orders/${id}/receipt`);
    expect(await violations(own)).toEqual([]);
  },
  90_000,
);
