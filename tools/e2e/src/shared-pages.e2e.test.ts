import { expect, test } from '@jest/globals';
import { openHttpClient, type HttpResponse } from '@ticketing/test/http-client';
import { randomUUID } from 'node:crypto';
import { eventually } from './eventually.ts';
import { siteUnderTest } from './site.ts';
import { list, signUp } from './user.ts';

const site = siteUnderTest();
const { send: anonymous } = openHttpClient(site.url);

/** How long a page may stay as it was after a change. */
const keptMs = 1_000;

const textOf = ({ body }: HttpResponse): string => String(body);
const nonceOf = (page: HttpResponse): string =>
  /'nonce-([^']+)'/.exec(page.header('content-security-policy') ?? '')?.[1] ?? '';

test('When visitors with and without a session request the same pages at once, then none gets the page of another', async () => {
  const [seller, other] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const { id } = await list(seller, { title: `Opera ${randomUUID()}` });
  for (const path of ['/', `/tickets/${id}`]) {
    for (let round = 0; round < 3; round += 1) {
      const visits = [anonymous, seller.send, anonymous, other.send, anonymous].map((send) =>
        send({ method: 'GET', path }),
      );
      const [first, ofSeller, second, ofOther, third] = (await Promise.all(visits)).map(textOf);
      for (const text of [first, second, third]) {
        expect(text).toContain('Sign in');
        expect(text).not.toContain('Sign out');
        expect(text).not.toContain('@example.test');
        expect(text).not.toContain('Edit ticket');
      }
      expect(ofSeller).toContain(seller.credentials.email);
      expect(ofSeller).not.toContain(other.credentials.email);
      expect(ofOther).toContain(other.credentials.email);
      expect(ofOther).not.toContain(seller.credentials.email);
      expect(ofOther).not.toContain('Edit ticket');
    }
  }
});

test('When visitors without a session request a page at once, then each response has a policy and nonces of its own', async () => {
  const headers = [{ 'accept-language': 'de' }, { 'accept-language': 'ja' }, { host: new URL(site.url).host }];
  const pages = await Promise.all(headers.map((own) => anonymous({ method: 'GET', path: '/', headers: own })));
  const documents = pages.map((page) => {
    const nonce = nonceOf(page);
    const inScripts = [...textOf(page).matchAll(/<script[^>]* nonce="([^"]*)"/g)].map(([, found]) => found);
    expect(inScripts.length).toBeGreaterThan(1);
    expect(new Set(inScripts)).toEqual(new Set([nonce]));
    return textOf(page).replaceAll(nonce, '');
  });
  expect(new Set(pages.map(nonceOf)).size).toBe(pages.length);
  // They were rendered once, so they are equal but for the nonces.
  expect(new Set(documents).size).toBe(1);
  expect(pages.map((page) => page.header('cache-control'))).toEqual(
    pages.map(() => expect.stringContaining('no-store')),
  );
});

test('When a ticket changes, then a visitor without a session sees it a second later at the latest', async () => {
  const seller = await signUp(site.url);
  const { id } = await list(seller, { title: `Jazz ${randomUUID()}`, price: 31 });
  const path = `/tickets/${id}`;
  expect(textOf(await anonymous({ method: 'GET', path }))).toContain('$31.00');
  const body = { title: 'Jazz', price: 47 };
  expect(await seller.send({ method: 'PUT', path: `/api${path}`, body })).toMatchObject({ status: 200 });
  const changedAt = performance.now();
  let lastOldAt = changedAt;
  await eventually(async () => {
    const sentAt = performance.now();
    const page = textOf(await anonymous({ method: 'GET', path }));
    if (page.includes('$31.00')) lastOldAt = sentAt;
    expect(page).toContain('$47.00');
  });
  expect(lastOldAt - changedAt).toBeLessThan(keptMs);
});

test('When a visitor sends headers as large as a request may have, then the page is the one that everybody gets', async () => {
  const seller = await signUp(site.url);
  const { id } = await list(seller, { title: `Ballet ${randomUUID()}` });
  const large = 'x'.repeat(15_000);
  for (const name of ['x-request-id', 'traceparent', 'x-forwarded-for']) {
    const pages = await Promise.all(
      [{ [name]: large }, {}].map((headers) =>
        anonymous({ method: 'GET', path: `/tickets/${id}?by=${name}`, headers }),
      ),
    );
    expect(pages.map(({ status }) => status)).toEqual([200, 200]);
  }
});
