import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { desktop, overflow, violations, usePages } from './browser.ts';
import { eventually } from './eventually.ts';
import { linkIn, mailsOf } from './mailbox.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { newCredentials, signUp } from './user.ts';

const site = siteUnderTest();
const smallPhone = { width: 375, height: 667 };
const narrowest = { width: 320, height: 568 };

const openPage = usePages(site.url);

const heading = (page: Page, name: string) => page.getByRole('heading', { name });
const button = (page: Page, name: string) => page.getByRole('button', { name });

const signIn = async (page: Page, { email, password }: ReturnType<typeof newCredentials>): Promise<void> => {
  await page.goto('/signin?next=/account');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await button(page, 'Sign in').first().click();
  await heading(page, 'Account').waitFor();
};

const signUpByForm = async (page: Page, { email, password }: ReturnType<typeof newCredentials>): Promise<void> => {
  await page.goto('/signup');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await button(page, 'Create account').click();
  await page.getByText(`we sent a link to ${email}`).waitFor();
};

const signOut = async (page: Page): Promise<void> => {
  await page.context().clearCookies();
  await page.goto('/');
};

const resetPassword = async (page: Page, email: string, password: string): Promise<string> => {
  await page.goto('/forgot-password');
  await page.getByLabel('Email').fill(email);
  await button(page, 'Send me a link').click();
  await page.getByText('If there is an account with this email address').waitFor();
  const link = await linkIn(site, email, 'Choose a new password');
  await page.goto(link);
  await page.getByLabel('New password').fill('passw0rd');
  await button(page, 'Save the new password').click();
  await page.getByText('Password must not be one of the 10,000 most common').waitFor();
  await page.getByLabel('New password').fill(password);
  await button(page, 'Save the new password').click();
  await heading(page, 'Your password is changed').waitFor();
  return link;
};

testOnThisMachine(
  'When an account is verified, reset, changed, exported and closed in a browser, then each step works and the next one sees it',
  async () => {
    const page = await openPage({ viewport: smallPhone });
    let credentials = newCredentials();
    await signUpByForm(page, credentials);

    const verification = await linkIn(site, credentials.email, 'Confirm your e-mail address');
    await page.goto(verification);
    await page.reload();
    await button(page, 'Confirm my email address').click();
    await heading(page, 'Your email address is confirmed').waitFor();
    expect(page.url()).not.toContain('token');
    await page.getByRole('link', { name: 'Go to your account' }).click();
    await page.getByTestId('email-state').getByText('Confirmed', { exact: true }).waitFor();
    await page.goto(verification);
    await button(page, 'Confirm my email address').click();
    await heading(page, 'This link is no longer valid').waitFor();

    await signOut(page);
    credentials = { ...credentials, password: newCredentials().password };
    await page.goto('/signin');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await heading(page, 'Forgot your password?').waitFor();
    const reset = await resetPassword(page, credentials.email, credentials.password);
    await page.goto(reset);
    await page.getByLabel('New password').fill(newCredentials().password);
    await button(page, 'Save the new password').click();
    await heading(page, 'This link is no longer valid').waitFor();
    await page.getByRole('link', { name: 'Ask for a new link' }).waitFor();
    await signIn(page, credentials);

    const next = newCredentials();
    await page.getByRole('link', { name: 'Change password' }).click();
    await page.getByLabel('Current password').fill('wrong password');
    await page.getByLabel('New password').fill(next.password);
    await button(page, 'Change password').click();
    await page.getByText('Password is wrong').waitFor();
    await eventually(async () => expect(await page.locator(':focus').getAttribute('name')).toBe('currentPassword'));
    await page.getByLabel('Current password').fill(credentials.password);
    await button(page, 'Change password').click();
    await page.getByText('Your password is changed. Every other device is signed out.').waitFor();
    credentials = { ...credentials, password: next.password };

    const others = await Promise.all([openPage(), openPage()]);
    for (const other of others) await signIn(other, credentials);
    await page.goto('/account/sessions');
    expect(await page.getByTestId('session').count()).toBe(3);
    await page.getByTestId('session').filter({ hasText: 'This device' }).getByText('Chrome on Linux').waitFor();
    await button(page, 'Sign out Chrome on Linux').first().click();
    await page.getByText('The device is signed out.').waitFor();
    await eventually(async () => expect(await page.getByTestId('session').count()).toBe(2));
    const focused = () => page.evaluate('document.activeElement.textContent');
    await eventually(async () => expect(await focused()).toBe('Signed-in devices'));
    await button(page, 'Sign out all other devices').click();
    await page.getByText('All other devices are signed out.').waitFor();
    await eventually(async () => expect(await page.getByTestId('session').count()).toBe(1));
    for (const other of others) {
      await other.goto('/account');
      await heading(other, 'Sign in').waitFor();
    }

    await page.goto('/account/email');
    await page.getByLabel('New email').fill(next.email);
    await page.getByLabel('Password').fill(credentials.password);
    await button(page, 'Send a link to the new address').click();
    await page.getByText('We have sent a link to the new address.').waitFor();
    expect(await page.getByTestId('account-email').textContent()).toBe(credentials.email);
    await page.goto(await linkIn(site, next.email, 'Confirm your new e-mail address'));
    await button(page, 'Confirm my email address').click();
    await page.getByRole('link', { name: 'Go to your account' }).click();
    await page.getByTestId('account-email').getByText(next.email).waitFor();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download my data' }).click(),
    ]);
    const exported = z.object({ account: z.object({ email: z.string() }) });
    expect(exported.parse(JSON.parse(await readFile(await download.path(), 'utf8'))).account.email).toBe(next.email);

    await page.getByRole('link', { name: 'Close my account' }).click();
    await page.getByText('Tickets that are on sale are withdrawn.').waitFor();
    await page.getByLabel('Password').fill(credentials.password);
    await button(page, 'Close my account for good').click();
    await heading(page, 'Your account is closed').waitFor();
    await page.goto('/account');
    await heading(page, 'Sign in').waitFor();
  },
  120_000,
);

testOnThisMachine(
  'When JavaScript is off, then an account is verified, reset, changed, signed out elsewhere and closed all the same',
  async () => {
    const page = await openPage({ viewport: smallPhone, withoutJavaScript: true });
    const credentials = newCredentials();
    await signUpByForm(page, credentials);
    await button(page, 'Send again').click();
    await page.getByText('We have sent another link.').waitFor();
    await eventually(async () => expect(await mailsOf(site, credentials.email)).toHaveLength(2));
    await page.goto(await linkIn(site, credentials.email, 'Confirm your e-mail address'));
    await button(page, 'Confirm my email address').click();
    await heading(page, 'Your email address is confirmed').waitFor();

    const again = { ...credentials, password: newCredentials().password };
    await resetPassword(page, again.email, again.password);
    await page.goto('/account');
    await heading(page, 'Sign in').waitFor();
    await signIn(page, again);

    const other = await openPage();
    await signIn(other, again);
    await page.goto('/account/sessions');
    await button(page, 'Sign out Chrome on Linux').click();
    await page.getByText('The device is signed out.').waitFor();
    expect(await page.getByTestId('session').count()).toBe(1);

    const { email, password } = newCredentials();
    await page.goto('/account/password');
    await page.getByLabel('Current password').fill('wrong password');
    await page.getByLabel('New password').fill(password);
    await button(page, 'Change password').click();
    await page.getByText('Password is wrong').waitFor();
    await page.getByLabel('Current password').fill(again.password);
    await page.getByLabel('New password').fill(password);
    await button(page, 'Change password').click();
    await page.getByText('Your password is changed.').waitFor();

    await page.goto('/account/email');
    await page.getByLabel('New email').fill(email);
    await page.getByLabel('Password').fill('wrong password');
    await button(page, 'Send a link to the new address').click();
    await page.getByText('Password is wrong').waitFor();
    expect(await page.getByLabel('New email').inputValue()).toBe(email);

    await page.goto('/account/close');
    await page.getByLabel('Password').fill(password);
    await button(page, 'Close my account for good').click();
    await heading(page, 'Your account is closed').waitFor();
    await page.goto('/account');
    await heading(page, 'Sign in').waitFor();
  },
  120_000,
);

test.each([
  ['with', false],
  ['without', true],
])(
  'When somebody opens the pages that report what was done %s JavaScript, then they report nothing',
  async (_, without) => {
    const page = await openPage({ withoutJavaScript: without });
    await page.goto('/goodbye');
    expect(new URL(page.url()).pathname).toBe('/');
    await page.goto('/reset-password?done=1');
    await heading(page, 'Sign in').waitFor();
    await page.goto('/verify-email?done=1');
    await heading(page, 'This link is no longer valid').waitFor();
  },
);

test('When the page of a mailed link is open, then its token is in no Referer', async () => {
  const page = await openPage();
  const referers: string[] = [];
  page.on('request', (request) => referers.push(request.headers()['referer'] ?? ''));
  for (const path of ['/verify-email?token=secret', '/reset-password?token=secret']) {
    const response = await page.goto(path);
    expect(response?.headers()).toMatchObject({ 'referrer-policy': 'no-referrer' });
    expect(response?.headers()['cache-control']).toContain('no-store');
    if (path.startsWith('/reset')) await page.getByLabel('New password').fill(newCredentials().password);
    await page.getByRole('main').getByRole('button').click();
    await heading(page, 'This link is no longer valid').waitFor();
  }
  expect(referers.filter((referer) => referer.includes('secret'))).toEqual([]);
});

test.each([
  ['desktop', desktop],
  ['small phone', smallPhone],
  ['narrow phone', narrowest],
])(
  'When the pages of an account are shown on a %s, then none is too wide, has a small target or violates any accessibility rule',
  async (_screen, viewport) => {
    const user = await signUp(site.url);
    const [signedOut, page] = await Promise.all([openPage({ viewport }), openPage({ viewport, as: user })]);
    await signIn(await openPage(), user.credentials);
    // As auth sets it, but for all pages.
    await signedOut.context().addCookies([{ name: 'done', value: '1', url: site.url }]);
    const pages: readonly (readonly [Page, string])[] = [
      [signedOut, '/forgot-password'],
      [signedOut, '/forgot-password?sent=1'],
      [signedOut, '/reset-password'],
      [signedOut, '/reset-password?token=t'],
      [signedOut, '/reset-password?done=1'],
      [signedOut, '/verify-email'],
      [signedOut, '/verify-email?token=t'],
      [signedOut, '/goodbye'],
      [page, '/account'],
      [page, '/account?notice=verification-sent'],
      [page, '/account/email'],
      [page, '/account/password'],
      [page, '/account/passkeys'],
      [page, '/account/sessions'],
      [page, '/account/close'],
      [page, '/verify-email?done=1'],
    ];
    const found: string[] = [];
    for (const [on, path] of pages) {
      await on.goto(path);
      await on.getByRole('main').waitFor();
      const wider = await overflow(on);
      if (wider > 0) found.push(`${path}: ${wider} px too wide`);
      const targets = on.locator('main').locator('button, a:not(p a), input:not([type=hidden], [hidden])');
      for (const target of await targets.all()) {
        const height = (await target.boundingBox())?.height ?? 0;
        if (height < 44) found.push(`${path}: ${height} px high: ${await target.innerText()}`);
      }
      const all = await violations(on, ['minor', 'moderate', 'serious', 'critical']);
      found.push(...all.map((violation) => `${path}: ${violation}`));
    }
    expect(found).toEqual([]);
  },
  120_000,
);
