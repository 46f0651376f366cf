import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { addAuthenticator, overflow, phone, violations, usePages } from './browser.ts';
import { eventually } from './eventually.ts';
import { siteUnderTest } from './site.ts';
import { signUp } from './user.ts';

const site = siteUnderTest();

const openPage = usePages(site.url);

const signInButton = (page: Page) => page.getByRole('button', { name: 'Use a passkey' });

const addPasskey = async (page: Page, name: string): Promise<void> => {
  await page.getByLabel('Name of the new passkey').fill(name);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByTestId('passkey').filter({ hasText: name }).waitFor();
};

const signOut = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Sign out' }).first().click();
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
};

test('When a user adds a passkey, then it signs them in without an e-mail, until it is removed', async () => {
  const user = await signUp(site.url);
  const page = await openPage({ as: user });
  const { cdp, authenticatorId } = await addAuthenticator(page);
  await page.goto('/account/passkeys');
  await page.getByText('You have no passkeys yet.').waitFor();
  await addPasskey(page, 'Phone');
  await page.getByText('You have 1 passkey.').waitFor();
  expect(await page.getByLabel('Name of the new passkey').inputValue()).toBe('');

  // A device has one passkey of an account.
  await page.getByLabel('Name of the new passkey').fill('Phone again');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('alert').getByText('This device already has a passkey for your account.').waitFor();

  await signOut(page);
  await page.goto('/signin?next=/account/passkeys');
  await signInButton(page).click();
  await page.getByTestId('passkey').getByText('Last used on').waitFor();
  await page.getByText(user.credentials.email).first().waitFor();

  await page.getByRole('button', { name: 'Remove Phone' }).click();
  await page.getByText('You have no passkeys yet.').waitFor();
  await eventually(async () => expect(await page.evaluate('document.activeElement.textContent')).toBe('Your passkeys'));
  await signOut(page);
  await page.goto('/signin');
  await signInButton(page).click();
  await page.getByRole('alert').getByText('This passkey does not open an account here.').waitFor();
  expect(new URL(page.url()).pathname).toBe('/signin');

  // The dialog ends without a passkey: the focus stays at the button.
  await cdp.send('WebAuthn.clearCredentials', { authenticatorId });
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await signInButton(page).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('No passkey was used').waitFor();
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Use a passkey');
}, 60_000);

test('When pages with passkeys are shown on a phone, then axe finds nothing, nothing overflows and every button is tall enough', async () => {
  const user = await signUp(site.url);
  const page = await openPage({ as: user, viewport: phone });
  await addAuthenticator(page);
  await page.goto('/account/passkeys');
  await addPasskey(page, 'A name that is as long as names of passkeys may be, sixty of');
  const check = async (): Promise<void> => {
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    for (const button of await page.getByRole('main').getByRole('button').all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  };
  await check();
  await page.context().clearCookies();
  await page.goto('/signin');
  await signInButton(page).waitFor();
  await check();
}, 60_000);

test('When a browser has no passkeys, then the button is disabled and says why', async () => {
  const page = await openPage();
  await page.addInitScript('delete globalThis.PublicKeyCredential');
  await page.goto('/signin');
  await page.getByText('This browser does not support passkeys.').waitFor();
  expect(await signInButton(page).isDisabled()).toBe(true);
  expect(await violations(page)).toEqual([]);
});

test('When there is no JavaScript, then passkeys can be seen and removed', async () => {
  const user = await signUp(site.url);
  const withJavaScript = await openPage({ as: user });
  await addAuthenticator(withJavaScript);
  await withJavaScript.goto('/account/passkeys');
  await addPasskey(withJavaScript, 'Phone');
  const page = await openPage({ as: user, withoutJavaScript: true });
  await page.goto('/account/passkeys');
  await page.getByRole('button', { name: 'Remove Phone' }).click();
  await page.getByText('You have no passkeys yet.').waitFor();
  expect(await page.getByRole('button', { name: 'Add a passkey' }).isDisabled()).toBe(true);
}, 60_000);
