import { expect, test } from '@jest/globals';
import type { Api, ApiRequest } from '../api/api.ts';
import { cancelForm } from './cancel-form.ts';
import { splitErrors, type FormDeps } from './form-state.ts';
import { holdForm } from './hold-form.ts';
import { editForm, sellForm } from './listing-form.ts';
import { signInForm } from './session-forms.ts';

interface Reply {
  readonly status: number;
  readonly data?: unknown;
}

/** An API that gives the replies in turn, the last one for ever, and remembers what it was asked. */
const scripted = (...replies: readonly Reply[]) => {
  const requests: ApiRequest[] = [];
  const waits: number[] = [];
  const api: Api = {
    send: async (schema, request) => {
      const reply = replies[Math.min(requests.length, replies.length - 1)] ?? { status: 0 };
      requests.push(request);
      if (reply.status === 0 || reply.status >= 400) {
        return { ok: false, failure: { status: reply.status, errors: [{ message: `refused ${reply.status}` }] } };
      }
      const data = schema.parse(reply.data);
      return { ok: true, data, header: () => undefined, sentAt: 0, receivedAt: 0 };
    },
  };
  const deps: FormDeps = {
    api,
    wait: async (ms) => {
      waits.push(ms);
    },
  };
  return { deps, requests, waits };
};

const form = (fields: Readonly<Record<string, string>>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
};

const ticket = { id: 't1', version: 1, title: 'Final', price: 25, userId: 'seller' };
const order = {
  id: 'o1',
  version: 0,
  userId: 'buyer',
  status: 'created',
  expiresAt: '2026-03-14T12:00:00.000Z',
  price: 20,
  ticket: { id: 't1', title: 'Final', price: 20, version: 0 },
};
const hold = form({ ticketId: 't1', expectedPrice: '20' });

test('When a ticket is held, then the buyer goes on to the order', async () => {
  const { deps, requests } = scripted({ status: 201, data: order });
  expect(await holdForm(deps, hold)).toMatchObject({ errors: [], goTo: '/orders/o1' });
  expect(requests).toEqual([{ method: 'POST', path: '/api/orders', body: { ticketId: 't1', expectedPrice: 20 } }]);
});

test('When orders does not know the ticket yet, then it is asked again quietly', async () => {
  const { deps, waits } = scripted({ status: 404 }, { status: 404 }, { status: 201, data: order });
  expect(await holdForm(deps, hold)).toMatchObject({ goTo: '/orders/o1' });
  expect(waits).toHaveLength(2);
});

test('When orders never learns of the ticket, then the buyer is told after 2 s', async () => {
  const { deps, waits } = scripted({ status: 404 });
  const state = await holdForm(deps, hold);
  expect(state.errors[0]?.message).toMatch(/still being published/);
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(2_000);
});

test('When the price has changed, then the buyer is asked at the new one', async () => {
  const { deps } = scripted({ status: 409 }, { status: 200, data: ticket });
  const state = await holdForm(deps, hold);
  expect(state.errors[0]?.message).toBe('The seller has changed the price from $20.00 to $25.00.');
  expect(state.values).toEqual({ expectedPrice: '25' });
  expect(state.goTo).toBeUndefined();
});

test('When orders is behind with the price that the buyer saw, then it is asked again', async () => {
  const seen = { status: 200, data: { ...ticket, price: 20 } };
  const { deps, waits } = scripted({ status: 409 }, seen, { status: 201, data: order });
  expect(await holdForm(deps, hold)).toMatchObject({ goTo: '/orders/o1' });
  expect(waits).toHaveLength(1);
});

test('When somebody else holds the ticket, then the buyer reads so at once', async () => {
  const { deps, waits } = scripted({ status: 400 });
  expect((await holdForm(deps, hold)).errors).toEqual([{ message: 'refused 400' }]);
  expect(waits).toEqual([]);
});

test('When the session has ended, then the buyer signs in and comes back', async () => {
  const { deps } = scripted({ status: 401 });
  expect((await holdForm(deps, hold)).goTo).toBe('/signin?next=%2Ftickets%2Ft1');
});

test('When somebody signs in, then they go to the page that asked for it, on this site only', async () => {
  const { deps } = scripted({ status: 200, data: { id: 'u1', email: 'ada@example.com' } });
  const fields = { email: ' ada@example.com ', password: ' secret ' };
  const state = await signInForm(deps, form({ ...fields, next: '/orders/o1' }));
  expect(state).toMatchObject({ goTo: '/orders/o1', sessionChanged: true });
  expect((await signInForm(deps, form({ ...fields, next: '//evil.example' }))).goTo).toBe('/');
});

test('When signing in is refused, then the email stays typed and the password does not', async () => {
  const { deps, requests } = scripted({ status: 400 });
  const state = await signInForm(deps, form({ email: 'ada@example.com', password: ' secret ' }));
  expect(state).toEqual({ errors: [{ message: 'refused 400' }], values: { email: 'ada@example.com' } });
  expect(requests[0]?.body).toEqual({ email: 'ada@example.com', password: ' secret ' });
});

test('When a ticket is listed, then empty details are left out', async () => {
  const { deps, requests } = scripted({ status: 201, data: ticket });
  const state = await sellForm(
    deps,
    form({ title: ' Final ', price: '$25', city: 'Leeds', venue: ' ', startsAt: '2026-12-01T19:30' }),
  );
  expect(state.goTo).toBe('/tickets/t1?listed=1');
  expect(requests[0]?.body).toEqual({
    title: 'Final',
    price: 25,
    city: 'Leeds',
    startsAt: '2026-12-01T19:30:00.000Z',
  });
});

test('When a ticket is edited, then emptied details are cleared', async () => {
  const { deps, requests } = scripted({ status: 200, data: ticket });
  const state = await editForm(deps, form({ ticketId: 't1', title: 'Final', price: '25', city: '' }));
  expect(state.goTo).toBe('/tickets/t1');
  expect(requests[0]).toMatchObject({ method: 'PUT', path: '/api/tickets/t1', body: { city: null, startsAt: null } });
});

test('When a listing is not complete, then nothing is sent and what was typed stays', async () => {
  const { deps, requests } = scripted({ status: 201, data: ticket });
  const state = await sellForm(deps, form({ title: '', price: 'free', startsAt: 'soon', city: 'Leeds' }));
  expect(state.errors.map(({ field }) => field)).toEqual(['title', 'price', 'startsAt']);
  expect(state.values).toMatchObject({ price: 'free', city: 'Leeds' });
  expect(requests).toEqual([]);
});

test('When an order is cancelled, then its page says so', async () => {
  const { deps, requests } = scripted({ status: 204 });
  expect((await cancelForm(deps, form({ orderId: 'o1' }))).goTo).toBe('/orders/o1');
  expect(requests).toEqual([{ method: 'DELETE', path: '/api/orders/o1' }]);
});

test('When errors come back, then each stands at its field and the rest at the top', () => {
  const errors = [
    { field: 'email', message: 'Email must be valid' },
    { field: 'price', message: 'Unknown here' },
    { message: 'Invalid credentials' },
  ];
  expect(splitErrors(errors, ['email', 'password'])).toEqual({
    byField: { email: 'Email must be valid' },
    general: ['Unknown here', 'Invalid credentials'],
  });
});
