import { expect, test } from '@jest/globals';
import { ticketPng } from '@ticketing/test/ticket-file';
import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { addAuthenticator, cardFormIsReady, everyImpact, overflow, usePages, violations } from './browser.ts';
import { eventually } from './eventually.ts';
import { hasFocus, openKeyboard } from './keyboard.ts';
import { linkIn } from './mailbox.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { list, newCredentials, signUp } from './user.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

const home = 'Somebody can’t go. You can.';

const expectFocus = (control: Locator): Promise<void> =>
  eventually(async () => expect(await hasFocus(control)).toBe(true), 5_000);

/** Steps of a user who touches neither the screen nor a mouse. */
const openWalk = (page: Page) => {
  const keyboard = openKeyboard(page);
  // A form may have a copy in the header of wide screens.
  const shown = { visible: true } as const;
  const link = (name: string) => page.getByRole('link', { name }).filter(shown);
  const button = (name: string) => page.getByRole('button', { name }).filter(shown);
  const field = (name: string) => page.getByLabel(name, { exact: true }).filter(shown);
  const menu = page.locator('summary').filter({ hasText: 'Menu', ...shown });

  return {
    ...keyboard,
    link,
    button,
    field,
    menu,
    /** Waits for a heading, and checks the page that has it. */
    arrive: async (heading: string): Promise<void> => {
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      expect(await violations(page, everyImpact)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    },
    fromMenu: async (name: string): Promise<void> => {
      await keyboard.press(menu, 'Enter');
      await keyboard.press(link(name), 'Enter');
    },
    signOut: async (): Promise<void> => {
      await keyboard.reachBackwards(menu);
      await page.keyboard.press('Space');
      await keyboard.press(button('Sign out'), 'Space');
      await eventually(async () =>
        expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('session'),
      );
    },
  };
};

for (const viewport of [
  { width: 390, height: 844 },
  { width: 320, height: 568 },
]) {
  testOnThisMachine(
    `When only the keyboard is used on a phone ${viewport.width} px wide, then an account is made, verified, reset, given a passkey and closed`,
    async () => {
      const page = await openPage({ viewport });
      await addAuthenticator(page);
      const walk = openWalk(page);
      const { email, password: forgotten } = newCredentials();
      const { password } = newCredentials();

      await page.goto('/');
      await walk.arrive(home);
      await walk.fromMenu('Sign up');
      await walk.arrive('Create an account');
      await walk.type(walk.field('Email'), email);
      await walk.type(walk.field('Password'), forgotten);
      await page.keyboard.press('Enter');
      await page.getByText(`we sent a link to ${email}`).waitFor();
      await walk.arrive(home);

      await page.goto(await linkIn(site, email, 'Confirm your e-mail address'));
      await walk.arrive('Confirm your email address');
      await walk.press(walk.button('Confirm my email address'), 'Space');
      await walk.arrive('Your email address is confirmed');
      await walk.press(walk.link('Go to your account'), 'Enter');
      await page.getByTestId('email-state').getByText('Confirmed', { exact: true }).waitFor();
      await walk.arrive('Account');
      await walk.signOut();

      await walk.fromMenu('Sign in');
      await walk.arrive('Sign in');
      await walk.reach(walk.link('Create an account'));
      await walk.reachBackwards(walk.link('Forgot your password?'));
      await page.keyboard.press('Enter');
      await walk.arrive('Forgot your password?');
      await walk.type(walk.field('Email'), email);
      await walk.press(walk.button('Send me a link'), 'Space');
      await walk.arrive('Look at your mail');
      await page.goto(await linkIn(site, email, 'Choose a new password'));
      await walk.arrive('Choose a new password');
      await walk.type(walk.field('New password'), password);
      await page.keyboard.press('Enter');
      await walk.arrive('Your password is changed');
      await walk.press(walk.link('Sign in'), 'Enter');
      await walk.arrive('Sign in');
      await walk.type(walk.field('Email'), email);
      await walk.type(walk.field('Password'), password);
      await walk.press(walk.button('Sign in'), 'Space');
      await walk.arrive(home);

      await walk.fromMenu('Account');
      await walk.press(walk.link('Passkeys'), 'Enter');
      await walk.arrive('Passkeys');
      await walk.type(walk.field('Name of the new passkey'), 'Phone');
      await walk.press(walk.button('Add a passkey'), 'Space');
      await page.getByText('You have 1 passkey.').waitFor();
      await walk.arrive('Passkeys');
      await walk.signOut();

      await walk.fromMenu('Sign in');
      await walk.press(walk.button('Use a passkey'), 'Enter');
      await walk.arrive(home);
      await walk.fromMenu('Account');
      await walk.press(walk.link('Close my account'), 'Enter');
      await walk.arrive('Close account');
      await walk.type(walk.field('Password'), forgotten);
      await page.keyboard.press('Enter');
      await page.getByText('Password is wrong').waitFor();
      await walk.arrive('Close account');
      // The focus is back at the field.
      await eventually(async () => expect(await page.locator(':focus').getAttribute('name')).toBe('password'));
      await page.keyboard.press('Control+A');
      await page.keyboard.type(password);
      await walk.press(walk.button('Close my account for good'), 'Enter');
      await walk.arrive('Your account is closed');
      await walk.press(walk.link('Browse tickets'), 'Enter');
      await walk.arrive(home);
      await walk.press(walk.menu, 'Enter');
      await walk.reach(walk.link('Sign in'));
    },
    180_000,
  );
}

const phone = { width: 390, height: 844 };

test('When only the keyboard is used, then a buyer finds a ticket, holds it, is declined, pays and reports a problem', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const title = `Finale ${randomUUID().slice(0, 8)}`;
  const ticket = await list(seller, { title, city: 'Leeds' });
  const page = await openPage({ as: buyer, viewport: phone });
  const walk = openWalk(page);
  await page.goto('/');
  await walk.arrive(home);

  await walk.press(walk.menu, 'Enter');
  await walk.reach(walk.link('My orders'));
  await page.keyboard.press('Escape');
  await walk.link('My orders').waitFor({ state: 'hidden' });
  await expectFocus(walk.menu);
  await page.keyboard.press('Enter');
  await walk.reach(walk.button('Sign out'));
  // It would cover what has the focus next.
  await page.keyboard.press('Tab');
  await walk.button('Sign out').waitFor({ state: 'hidden' });

  const search = walk.field('Event, artist or team');
  const suggestion = page.getByRole('option', { name: title });
  await walk.type(search, title);
  await suggestion.waitFor();
  await page.keyboard.press('Escape');
  await suggestion.waitFor({ state: 'hidden' });
  await expectFocus(search);
  expect(await search.inputValue()).toBe(title);
  await page.keyboard.press('Backspace');
  await suggestion.waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await walk.arrive(title);
  await walk.press(page.getByTestId('event-ticket').getByRole('link').first(), 'Enter');
  await page.waitForURL(`**/tickets/${ticket.id}`);
  await walk.press(walk.button('Hold this ticket'), 'Enter');
  await page.waitForURL('**/orders/*');
  await cardFormIsReady(page);

  const card = page.frameLocator('iframe[title="Card details"]');
  const pay = async (number: string) => {
    await walk.type(card.getByLabel('Card number'), number);
    await walk.type(card.getByLabel('Expiration date'), '12 / 40');
    await walk.type(card.getByLabel('Security code'), '123');
    await walk.type(card.getByLabel('Postal code'), '12345');
    await walk.press(page.getByRole('button', { name: /^Pay / }), 'Enter');
  };
  await pay('4000000000000002');
  await page.getByText('Your card was declined').waitFor();
  await expectFocus(page.getByRole('button', { name: /^Pay / }));
  await walk.reach(page.locator('summary', { hasText: 'Cancel order' }));
  await walk.reachBackwards(card.getByLabel('Postal code'));
  await walk.reachBackwards(card.getByLabel('Card number'));
  await walk.reachBackwards(page.getByRole('link', { name: title }));
  await pay('4242424242424242');
  await walk.arrive('The ticket is yours');

  const report = page.locator('summary', { hasText: 'Report a problem' });
  await walk.press(report, 'Enter');
  await walk.press(walk.button('Send the report'), 'Enter');
  await page.locator('textarea[aria-invalid="true"]').waitFor();
  await expectFocus(walk.field('What is wrong?'));
  await page.keyboard.type('The seat is taken.');
  await walk.press(walk.button('Send the report'), 'Enter');
  await page.getByText('You have reported a problem').waitFor();
  await walk.reach(page.getByRole('link', { name: 'Receipt' }));
}, 120_000);

test('When only the keyboard is used, then a seller lists several seats, uploads a file and withdraws a listing', async () => {
  const page = await openPage({ as: await signUp(site.url), viewport: phone });
  const walk = openWalk(page);
  const file = walk.field('PDF or picture of the ticket');
  const upload = walk.button('Upload the file');
  // As long as somebody listens, no dialog of the browser opens.
  page.on('filechooser', () => undefined);
  const choose = async (buffer: Buffer) => {
    const opened = page.waitForEvent('filechooser');
    await page.keyboard.press('Space');
    await (await opened).setFiles({ name: 'ticket.png', mimeType: 'image/png', buffer });
    await walk.press(upload, 'Enter');
  };
  await page.goto('/tickets/new');
  await walk.type(walk.field('Title'), 'Cup final');
  await walk.type(walk.field('Price (USD)'), '20');
  await walk.press(page.locator('summary', { hasText: 'List several seats at once' }), 'Enter');
  const seats = walk.field('Seats of this section and row');
  await walk.type(seats, '3-1');
  await walk.press(walk.button('List this ticket'), 'Enter');
  await page.getByText('ends before it begins').waitFor();
  await expectFocus(seats);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('1, 2');
  await walk.press(walk.button('List this ticket'), 'Enter');
  await walk.arrive('2 tickets listed');

  await walk.press(page.getByTestId('listed-ticket').first().getByRole('link'), 'Enter');
  await page.waitForURL(/\/tickets\/\w{10,}/);
  await walk.press(upload, 'Enter');
  await page.getByText('Choose the file of the ticket').waitFor();
  await expectFocus(file);
  await choose(Buffer.from('no picture'));
  await page.locator('main [role="alert"]').waitFor();
  await expectFocus(upload);
  await walk.reachBackwards(file);
  await choose(await ticketPng(randomUUID()));
  await page.getByText('Your file is stored.').waitFor();
  await walk.press(page.locator('summary', { hasText: 'Withdraw' }), 'Enter');
  await walk.press(walk.button('Yes, withdraw this ticket'), 'Enter');
  await page.getByText('You have withdrawn this listing').waitFor();
  expect(await violations(page, everyImpact)).toEqual([]);
}, 120_000);
