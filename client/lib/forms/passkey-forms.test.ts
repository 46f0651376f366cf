import { expect, test } from '@jest/globals';
import type { Api, ApiRequest } from '../api/api.ts';
import type { PasskeyDialogs } from '../passkeys.ts';
import { addPasskeyForm, passkeySignInForm, removePasskeyForm } from './passkey-forms.ts';

/** An API that returns these statuses in turn, and records its requests. */
const fakeDeps = (...responses: readonly { readonly status: number; readonly data?: unknown }[]) => {
  const requests: ApiRequest[] = [];
  const api: Api = {
    send: async (schema, request) => {
      const { status, data } = responses[requests.length] ?? { status: 0 };
      requests.push(request);
      return status >= 200 && status < 300
        ? { ok: true, data: schema.parse(data), header: () => undefined, sentAt: 0, receivedAt: 0 }
        : { ok: false, failure: { status, errors: [{ message: `refused ${status}` }] } };
    },
  };
  return { deps: { api, wait: () => Promise.resolve(), timeZonesOf: () => Promise.resolve([]) }, requests };
};

const dialogs: PasskeyDialogs = {
  create: () => Promise.resolve({ id: 'new' }),
  get: () => Promise.resolve({ id: 'used' }),
};

const failing = (name: string): PasskeyDialogs => {
  const fail = () => Promise.reject(Object.assign(new Error('from the browser'), { name }));
  return { create: fail, get: fail };
};

const form = (fields: Readonly<Record<string, string>>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
};

const options = { status: 200, data: { challenge: 'c' } };
const user = { id: 'u1', email: 'ada@example.com', emailVerified: false };
const passkey = { id: 'new', name: 'Phone', createdAt: '2026-03-14T12:00:00.000Z' };

test('When a passkey signs in, then its response is sent and the user goes to `next`, never to another site', async () => {
  const signIn = passkeySignInForm(dialogs);
  const { deps, requests } = fakeDeps(options, { status: 200, data: user });
  expect(await signIn(deps, form({ next: '/orders' }))).toMatchObject({ goTo: '/orders', sessionChanged: true });
  expect(requests.map(({ path, body }) => [path, body])).toEqual([
    ['/api/users/passkeys/signin/options', {}],
    ['/api/users/passkeys/signin', { id: 'used' }],
  ]);
  const again = fakeDeps(options, { status: 200, data: user });
  expect(await signIn(again.deps, form({ next: 'https://evil.example' }))).toMatchObject({ goTo: '/' });
});

test('When a passkey is refused, then the user reads what to do instead', async () => {
  const { deps } = fakeDeps(options, { status: 400 });
  const { errors } = await passkeySignInForm(dialogs)(deps, form({}));
  expect(errors).toEqual([{ message: 'This passkey does not open an account here. Sign in with your password.' }]);
});

test.each([
  ['NotAllowedError', 'No passkey was used: the request was cancelled or took too long. You can try again.'],
  ['InvalidStateError', 'This device already has a passkey for your account.'],
  ['SecurityError', 'This browser could not use a passkey here.'],
])(
  'When the dialog of the browser ends with %s, then nothing is sent and the error says why',
  async (name, message) => {
    const signingIn = fakeDeps(options);
    expect((await passkeySignInForm(failing(name))(signingIn.deps, form({}))).errors).toEqual([{ message }]);
    const adding = fakeDeps(options);
    const added = await addPasskeyForm(failing(name))(adding.deps, form({ name: 'Phone' }));
    expect(added).toEqual({ errors: [{ message }], values: { name: 'Phone' } });
    expect([signingIn.requests.length, adding.requests.length]).toEqual([1, 1]);
  },
);

test('When a passkey is added, then it is sent with its name and the page is loaded again', async () => {
  const { deps, requests } = fakeDeps(options, { status: 201, data: passkey });
  expect(await addPasskeyForm(dialogs)(deps, form({ name: ' Phone ' }))).toMatchObject({
    errors: [],
    pageChanged: true,
  });
  expect(requests[1]).toEqual({ method: 'POST', path: '/api/users/passkeys', body: { id: 'new', name: 'Phone' } });
});

test.each(['', '  ', '🎟'.repeat(61)])(
  'When the name is %j, then the device is not asked for a passkey',
  async (name) => {
    const { deps, requests } = fakeDeps(options);
    expect((await addPasskeyForm(dialogs)(deps, form({ name }))).errors).toMatchObject([{ field: 'name' }]);
    expect(requests).toEqual([]);
  },
);

test('When the session has ended, then the user signs in and comes back', async () => {
  const { deps } = fakeDeps({ status: 401 });
  const { goTo } = await addPasskeyForm(dialogs)(deps, form({ name: 'Phone' }));
  expect(goTo).toBe('/signin?next=%2Faccount%2Fpasskeys');
});

test.each([204, 404])('When a removal is %d, then the passkey is gone', async (status) => {
  const { deps, requests } = fakeDeps({ status });
  expect(await removePasskeyForm(deps, form({ passkeyId: 'a/b' }))).toMatchObject({ goTo: '/account/passkeys' });
  expect(requests).toMatchObject([{ method: 'DELETE', path: '/api/users/passkeys/a%2Fb' }]);
});
