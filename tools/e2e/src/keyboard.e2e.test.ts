import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { addAuthenticator, everyImpact, overflow, usePages, violations } from './browser.ts';
import { eventually } from './eventually.ts';
import { openKeyboard } from './keyboard.ts';
import { linkIn } from './mailbox.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { newCredentials } from './user.ts';

const site = siteUnderTest();
const openPage = usePages(site.url);

const home = 'Somebody can’t go. You can.';

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
