import { expect, test } from '@jest/globals';
import type { Api, ApiRequest } from '../api/api.ts';
import { changeEmailForm, changePasswordForm, closeAccountForm, endSessionForm } from './account-forms.ts';
import { cancelForm } from './cancel-form.ts';
import { withdrawForm } from './withdraw-form.ts';
import { problemForm } from './problem-form.ts';
import { splitErrors, type FormDeps } from './form-state.ts';
import { holdForm } from './hold-form.ts';
import { forgotPasswordForm, resetPasswordForm, verifyEmailForm } from './link-forms.ts';
import { editForm, sellForm } from './listing-form.ts';
import { readListedSeats } from './sell-several.ts';
import { signInForm } from './session-forms.ts';
import { uploadForm } from './upload-form.ts';

interface FakeResponse {
  readonly status: number;
  readonly data?: unknown;
  /** The field of the error. */
  readonly field?: string;
}

const zonesOfCities: Readonly<Record<string, readonly string[]>> = {
  Leeds: ['Europe/London'],
  Zurich: ['Europe/Zurich'],
  Portland: ['America/Los_Angeles', 'America/New_York'],
};

/** An API that returns the responses in turn, then the last one again, and records its requests. */
const fakeApi = (...responses: readonly FakeResponse[]) => {
  const requests: ApiRequest[] = [];
  const waits: number[] = [];
  const api: Api = {
    send: async (schema, request) => {
      const response = responses[Math.min(requests.length, responses.length - 1)] ?? { status: 0 };
      requests.push(request);
      if (response.status === 0 || response.status >= 400) {
        const error = { message: `refused ${response.status}` };
        const errors = [response.field === undefined ? error : { ...error, field: response.field }];
        return { ok: false, failure: { status: response.status, errors } };
      }
      const data = schema.parse(response.data);
      return { ok: true, data, header: () => undefined, sentAt: 0, receivedAt: 0 };
    },
  };
  const deps: FormDeps = {
    api,
    timeZonesOf: async (city) => zonesOfCities[city] ?? [],
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

const ticket = { id: 't1', version: 1, delivery: 'by_seller', title: 'Final', price: 25, userId: 'seller' };
const order = {
  id: 'o1',
  version: 0,
  userId: 'buyer',
  status: 'created',
  expiresAt: '2026-03-14T12:00:00.000Z',
  price: 20,
  ticket: { id: 't1', title: 'Final', price: 20, version: 0 },
};
const hold = form({ ticketId: 't1', expectedPrice: '20', expectedVersion: '1', idempotencyKey: 'key' });

test('When a ticket is held, then the buyer goes to the order', async () => {
  const { deps, requests } = fakeApi({ status: 201, data: order });
  expect(await holdForm(deps, hold)).toMatchObject({ errors: [], goTo: '/orders/o1' });
  const body = { ticketId: 't1', expectedPrice: 20, expectedVersion: 1 };
  expect(requests).toEqual([{ method: 'POST', path: '/api/orders', body, idempotencyKey: 'key' }]);
});

test('When the orders service has no copy of the ticket yet, then the request is retried', async () => {
  const { deps, waits } = fakeApi({ status: 404 }, { status: 404 }, { status: 201, data: order });
  expect(await holdForm(deps, hold)).toMatchObject({ goTo: '/orders/o1' });
  expect(waits).toHaveLength(2);
});

test('When the orders service never gets the ticket, then the buyer reads so after 2 s', async () => {
  const { deps, waits } = fakeApi({ status: 404 });
  const state = await holdForm(deps, hold);
  expect(state.errors[0]?.message).toMatch(/still being published/);
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(2_000);
});

test('When the price has changed, then the buyer is asked to confirm the new one', async () => {
  const { deps } = fakeApi({ status: 409 }, { status: 200, data: ticket });
  const state = await holdForm(deps, hold);
  expect(state.errors[0]?.message).toBe('The seller has changed the price from $20.00 to $25.00.');
  expect(state.values).toEqual({ expectedPrice: '25', expectedVersion: '1', idempotencyKey: 'key' });
  expect([state.goTo, state.pageChanged]).toEqual([undefined, true]);
});

test('When the listing has changed and the price has not, then the buyer is asked to look at it again', async () => {
  const seen = { ...ticket, version: 2, price: 20 };
  const { deps, requests } = fakeApi({ status: 409 }, { status: 200, data: seen });
  const state = await holdForm(deps, hold);
  expect(state.errors[0]?.message).toBe('The seller has changed this listing. Please look at it again.');
  expect(state.values).toEqual({ expectedVersion: '2', idempotencyKey: 'key' });
  expect([requests.length, state.pageChanged]).toEqual([2, true]);
});

test('When the orders service does not have the listing that the buyer saw yet, then the request is retried', async () => {
  const seen = { status: 200, data: { ...ticket, price: 20 } };
  const { deps, waits } = fakeApi({ status: 409 }, seen, { status: 201, data: order });
  expect(await holdForm(deps, hold)).toMatchObject({ goTo: '/orders/o1' });
  expect(waits).toHaveLength(1);
});

test('When another buyer holds the ticket, then the buyer reads so at once', async () => {
  const { deps, waits } = fakeApi({ status: 400 });
  expect((await holdForm(deps, hold)).errors).toEqual([{ message: 'refused 400' }]);
  expect(waits).toEqual([]);
});

test('When the session has ended, then the buyer goes to sign in and then back', async () => {
  const { deps } = fakeApi({ status: 401 });
  expect((await holdForm(deps, hold)).goTo).toBe('/signin?next=%2Ftickets%2Ft1');
});

test('When a user signs in, then they go to the page in next=, on this site only', async () => {
  const { deps } = fakeApi({ status: 200, data: { id: 'u1', email: 'ada@example.com', emailVerified: false } });
  const fields = { email: ' ada@example.com ', password: ' secret ' };
  const state = await signInForm(deps, form({ ...fields, next: '/orders/o1' }));
  expect(state).toMatchObject({ goTo: '/orders/o1', sessionChanged: true });
  expect((await signInForm(deps, form({ ...fields, next: '//evil.example' }))).goTo).toBe('/');
});

test('When signing in fails, then the email stays in the form and the password does not', async () => {
  const { deps, requests } = fakeApi({ status: 400 });
  const state = await signInForm(deps, form({ email: 'ada@example.com', password: ' secret ' }));
  expect(state).toEqual({ errors: [{ message: 'refused 400' }], values: { email: 'ada@example.com' } });
  expect(requests[0]?.body).toEqual({ email: 'ada@example.com', password: ' secret ' });
});

test('When a ticket is listed, then empty details are left out', async () => {
  const { deps, requests } = fakeApi({ status: 201, data: ticket });
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
    timeZone: 'Europe/London',
  });
});

const start = { title: 'Final', price: '25', city: 'Zurich', startsAt: '2030-07-01T19:30' };

test.each([
  ['that of the city', {}, { startsAt: '2030-07-01T17:30:00.000Z', timeZone: 'Europe/Zurich' }],
  ['chosen', { timeZone: 'Asia/Tokyo' }, { startsAt: '2030-07-01T10:30:00.000Z', timeZone: 'Asia/Tokyo' }],
  ['answered', { city: 'Portland', cityZone: 'America/New_York' }, { timeZone: 'America/New_York' }],
  ['chosen for a venue without a start', { startsAt: '', timeZone: 'UTC' }, { timeZone: 'UTC' }],
])('When the time zone is %s, then the start is the local time in it', async (_, fields, expected) => {
  const { deps, requests } = fakeApi({ status: 201, data: ticket });
  expect((await sellForm(deps, form({ ...start, ...fields }))).goTo).toBe('/tickets/t1?listed=1');
  expect(requests[0]?.body).toMatchObject(expected);
});

test('When nobody knows the time zone, then the seller is told to choose it, and nothing is sent', async () => {
  const { deps, requests } = fakeApi({ status: 201, data: ticket });
  for (const city of ['', 'Nowhere']) {
    const { errors } = await sellForm(deps, form({ ...start, city }));
    expect(errors).toEqual([{ field: 'timeZone', message: expect.stringMatching(/^Choose the time zone/) }]);
  }
  expect(requests).toEqual([]);
});

test('When several places have the name of the city, then the seller is asked which it is, and only an answer to that counts', async () => {
  const { deps, requests } = fakeApi({ status: 201, data: ticket });
  for (const cityZone of ['', 'Europe/Zurich']) {
    const { questions, errors } = await sellForm(deps, form({ ...start, city: 'Portland', cityZone }));
    expect(errors).toEqual([]);
    expect(questions).toMatchObject([
      { name: 'cityZone', choices: [{ label: 'America/Los Angeles' }, { label: 'America/New York' }] },
    ]);
  }
  expect(requests).toEqual([]);
});

test.each([
  ['does not exist', '2030-03-31T02:30', ['01:30 CET', '03:30 CEST'], '2030-03-31T01:30:00.000Z'],
  ['comes twice', '2030-10-27T02:30', ['02:30 CEST', '02:30 CET'], '2030-10-27T01:30:00.000Z'],
])(
  'When the local time %s, then the seller is asked, and the second choice is sent',
  async (_, startsAt, labels, sent) => {
    const { deps, requests } = fakeApi({ status: 201, data: ticket });
    const asked = await sellForm(deps, form({ ...start, startsAt, startMoment: '2030-01-01T00:00:00.000Z' }));
    expect(asked.values).toMatchObject({ startsAt });
    expect(asked.questions?.map(({ choices }) => choices.map(({ label }) => label))).toEqual([labels]);
    const startMoment = asked.questions?.[0]?.choices[1]?.value ?? '';
    expect((await sellForm(deps, form({ ...start, startsAt, startMoment }))).goTo).toBe('/tickets/t1?listed=1');
    expect(requests.map(({ body }) => body)).toEqual([expect.objectContaining({ startsAt: sent })]);
  },
);

test('When one question follows another, then the answer to the first stays', async () => {
  const { deps } = fakeApi({ status: 201, data: ticket });
  const fields = { ...start, city: 'Portland', cityZone: 'America/New_York', startsAt: '2030-11-03T01:30' };
  const { questions } = await sellForm(deps, form(fields));
  expect(questions).toMatchObject([{ name: 'cityZone', answer: 'America/New_York' }, { name: 'startMoment' }]);
});

const seat = { title: 'Final', price: '25', venue: 'Arena', section: 'A', row: '1', seat: '7', idempotencyKey: 'key' };
const listed = { ...ticket, title: ' FINAL', venue: 'arena', section: 'A', row: '1', seat: '7' };

test.each([
  ['on sale', listed, true],
  ['held', { ...listed, orderId: 'o1' }, true],
  ['sold', { ...listed, orderId: 'o1', soldAt: '2026-03-14T12:00:00.000Z' }, true],
  ['withdrawn', { ...listed, withdrawnAt: '2026-03-14T12:00:00.000Z' }, false],
  ['of another seat', { ...listed, seat: '8' }, false],
  ['of another row', { ...listed, row: '2' }, false],
  ['of another section', { ...listed, section: 'B' }, false],
  ['at another venue', { ...listed, venue: 'Hall' }, false],
  ['in another city', { ...listed, city: 'Leeds' }, false],
  ['of another event', { ...listed, title: 'Final 2' }, false],
  ['at another time', { ...listed, startsAt: '2030-03-14T12:00:00.000Z' }, false],
  ['without a seat', { ...listed, seat: undefined }, false],
])('When a seller lists a seat and has one %s, then they are asked first: %j', async (_, own, isAsked) => {
  const { deps, requests } = fakeApi({ status: 200, data: [own] }, { status: 201, data: ticket });
  const state = await sellForm(deps, form(seat));
  expect(requests.map(({ method }) => method)).toEqual(isAsked ? ['GET'] : ['GET', 'POST']);
  expect(Object.fromEntries(requests[0]?.query ?? [])).toEqual({ mine: 'true', limit: '100', q: 'Final' });
  expect(state.goTo).toBe(isAsked ? undefined : '/tickets/t1?listed=1');
  if (!isAsked) return;
  const [question] = state.questions ?? [];
  expect(question?.text).toBe('You have listed this seat already. List it again?');
  const again = question?.choices[0]?.value ?? '';
  const answered = fakeApi({ status: 200, data: [own] }, { status: 201, data: ticket });
  expect((await sellForm(answered.deps, form({ ...seat, again }))).goTo).toBe('/tickets/t1?listed=1');
  expect(answered.requests[1]).toMatchObject({ method: 'POST', idempotencyKey: expect.stringMatching(/^key\//) });
});

test.each([
  ['with city and start', { ...start, seat: '7' }, { q: 'Final', city: 'Zurich', from: '2030-07-01T17:30:00.000Z' }],
  ['whose title has no word', { title: '?!', price: '25', seat: '7' }, {}],
  ['whose title is long', { title: 'x y '.repeat(50), price: '25', seat: '7' }, { q: 'x y '.repeat(50).trim() }],
  ['whose title has many surrogates', { title: '𝒳'.repeat(200), price: '25', seat: '7' }, { q: '𝒳'.repeat(100) }],
])('When a seat is listed %s, then those of the seller that may be the same are read', async (_, fields, query) => {
  const { deps, requests } = fakeApi({ status: 200, data: [] }, { status: 201, data: ticket });
  expect((await sellForm(deps, form(fields))).goTo).toBe('/tickets/t1?listed=1');
  const to = 'from' in query ? { to: query.from } : {};
  expect(Object.fromEntries(requests[0]?.query ?? [])).toEqual({ mine: 'true', limit: '100', ...query, ...to });
});

test("When the seller's own listings cannot be read, then the seat is listed without a question", async () => {
  const { deps, requests } = fakeApi({ status: 503 }, { status: 201, data: ticket });
  expect((await sellForm(deps, form(seat))).goTo).toBe('/tickets/t1?listed=1');
  expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
});

test('When a ticket of a standing area is listed, then nothing is asked', async () => {
  const { deps, requests } = fakeApi({ status: 201, data: ticket });
  expect((await sellForm(deps, form({ ...seat, seat: '' }))).goTo).toBe('/tickets/t1?listed=1');
  expect(requests).toHaveLength(1);
});

test('When nobody knows whether a seat was listed, then the form sent again asks nothing', async () => {
  const sent = fakeApi({ status: 200, data: [] }, { status: 503 });
  const { values } = await sellForm(sent.deps, form(seat));
  const again = fakeApi({ status: 201, data: ticket });
  expect((await sellForm(again.deps, form({ ...seat, ...values }))).goTo).toBe('/tickets/t1?listed=1');
  expect(again.requests).toEqual([sent.requests[1]]);
  const other = fakeApi({ status: 200, data: [{ ...listed, seat: '8' }] });
  const { questions } = await sellForm(other.deps, form({ ...seat, ...values, seat: '8' }));
  expect(questions).toMatchObject([{ name: 'again' }]);
});

test('When a seat may have been listed and the title was changed since, then the seller is asked before it is listed again', async () => {
  const sent = fakeApi({ status: 200, data: [] }, { status: 503 });
  const { values } = await sellForm(sent.deps, form(seat));
  const changed = { ...seat, ...values, title: 'Grand final' };
  // The API knows the key, with another body.
  const again = fakeApi({ status: 200, data: [] }, { status: 422 });
  const { questions, goTo } = await sellForm(again.deps, form(changed));
  expect(goTo).toBeUndefined();
  expect(again.requests[1]?.idempotencyKey).toBe(sent.requests[1]?.idempotencyKey);
  expect(again.requests).toHaveLength(2);
  expect(questions).toMatchObject([{ name: 'again', text: 'You have listed this seat already. List it again?' }]);
  const answer = { again: questions?.[0]?.choices[0]?.value ?? '' };
  const answered = fakeApi({ status: 200, data: [] }, { status: 422 }, { status: 201, data: ticket });
  expect((await sellForm(answered.deps, form({ ...changed, ...answer }))).goTo).toBe('/tickets/t1?listed=1');
  // Changed once more, that answer no longer counts.
  const other = fakeApi({ status: 200, data: [] }, { status: 422 });
  expect((await sellForm(other.deps, form({ ...changed, ...answer, title: 'Finale' }))).questions).toHaveLength(1);
});

test('When another seat is listed by a form that was sent, gone back to and changed, then nothing is asked', async () => {
  const [first, second] = [seat, { ...seat, row: '2' }].map((fields) => ({
    fields,
    ...fakeApi({ status: 200, data: [] }, { status: 201, data: ticket }),
  }));
  for (const each of [first, second]) if (each !== undefined) await sellForm(each.deps, form(each.fields));
  expect(second?.requests).toHaveLength(2);
  expect(second?.requests[1]?.idempotencyKey).not.toBe(first?.requests[1]?.idempotencyKey);
});

const { seat: _, ...seatless } = seat;
const several = { ...seatless, seats: '12–13\n20 = 40' };
const listedAs = (id: string) => ({ status: 201, data: { ...ticket, id } });

test('When several seats are given, then each is one request with its price and a key of its own', async () => {
  const { deps, requests } = fakeApi({ status: 200, data: [] }, ...['a', 'b', 'c'].map((id) => listedAs(id)));
  expect((await sellForm(deps, form(several))).goTo).toBe('/tickets/listed?ids=a,b,c');
  const sent = requests.slice(1);
  expect(sent.map(({ body }) => body)).toEqual(
    [
      ['12', 25],
      ['13', 25],
      ['20', 40],
    ].map(([of, price]) => ({ title: 'Final', venue: 'Arena', section: 'A', row: '1', seat: of, price })),
  );
  expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
  // A reload of the response sends the same form.
  const reloaded = fakeApi({ status: 200, data: [] }, listedAs('a'));
  await sellForm(reloaded.deps, form(several));
  expect(reloaded.requests.slice(1)).toEqual(sent);
});

test('When one of several seats fails, then the form says which are listed, and sent again lists the others alone, under the same keys', async () => {
  const first = fakeApi({ status: 200, data: [] }, listedAs('a'), { status: 0 });
  const { values, errors, goTo } = await sellForm(first.deps, form(several));
  expect(goTo).toBeUndefined();
  expect(errors).toHaveLength(1);
  expect(first.requests).toHaveLength(3);
  expect(JSON.parse(values['listedSeats'] ?? '')).toMatchObject([{ seat: '12', ticketId: 'a' }]);
  const again = fakeApi(listedAs('b'), listedAs('c'));
  expect((await sellForm(again.deps, form(values))).goTo).toBe('/tickets/listed?ids=a,b,c');
  expect(again.requests).toMatchObject([
    { idempotencyKey: first.requests[2]?.idempotencyKey, body: { seat: '13' } },
    { body: { seat: '20' } },
  ]);
});

test('When the rest of several seats is changed after a failure, then the listed ones are left alone, and the others are asked about again', async () => {
  const first = fakeApi({ status: 200, data: [] }, listedAs('a'), { status: 0 });
  const { values } = await sellForm(first.deps, form(several));
  // Nobody had heard that it was listed.
  const found = { ...listed, seat: '13' };
  const changed = fakeApi({ status: 200, data: [listed, { ...listed, seat: '12' }, found] });
  const state = await sellForm(changed.deps, form({ ...values, seats: '12-13' }));
  expect(state.questions).toMatchObject([
    { text: 'You have listed some of these seats already: 13. List them again?' },
  ]);
  expect(changed.requests).toHaveLength(1);
  const again = state.questions?.[0]?.choices[0]?.value ?? '';
  const answered = fakeApi({ status: 200, data: [found] }, listedAs('b'));
  const done = await sellForm(answered.deps, form({ ...state.values, again }));
  expect(done.goTo).toBe('/tickets/listed?ids=a,b');
});

test('When the title is changed after several seats failed, then those that the form may have listed are asked about, and the others are listed', async () => {
  const first = fakeApi({ status: 200, data: [] }, listedAs('a'), { status: 0 });
  const { values } = await sellForm(first.deps, form(several));
  const changed = fakeApi({ status: 200, data: [] }, { status: 422 }, { status: 422 }, listedAs('c'));
  const state = await sellForm(changed.deps, form({ ...values, title: 'Grand final' }));
  expect(changed.requests.slice(1, 3).map(({ idempotencyKey }) => idempotencyKey)).toEqual(
    first.requests.slice(1).map(({ idempotencyKey }) => idempotencyKey),
  );
  expect(changed.requests).toHaveLength(4);
  expect(state).toMatchObject({
    errors: [],
    questions: [{ text: 'You have listed some of these seats already: 12, 13. List them again?' }],
  });
  // Without them, the form is done.
  const without = fakeApi({ status: 200, data: [] });
  expect((await sellForm(without.deps, form({ ...state.values, seats: '20 = 40' }))).goTo).toBe(
    '/tickets/listed?ids=c',
  );
  const again = state.questions?.[0]?.choices[0]?.value ?? '';
  const answered = fakeApi({ status: 422 }, listedAs('d'), { status: 422 }, listedAs('e'));
  const done = await sellForm(answered.deps, form({ ...state.values, again }));
  expect(done.goTo).toBe('/tickets/listed?ids=d,e,c');
  expect(new Set(answered.requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(4);
});

test('When the session ends while several seats are listed, then the form stays with those listed, and lists the others after the next sign-in', async () => {
  const first = fakeApi({ status: 200, data: [] }, listedAs('a'), { status: 401 });
  const { values, errors, goTo } = await sellForm(first.deps, form(several));
  expect(goTo).toBeUndefined();
  expect(errors).toEqual([
    { message: 'You are signed out. Sign in again in another tab, then list the other seats here.' },
  ]);
  const signedOut = fakeApi({ status: 401 });
  expect(await sellForm(signedOut.deps, form(values))).toMatchObject({ errors, values });
  const again = fakeApi(listedAs('b'), listedAs('c'));
  expect((await sellForm(again.deps, form(values))).goTo).toBe('/tickets/listed?ids=a,b,c');
  const none = fakeApi({ status: 401 });
  expect((await sellForm(none.deps, form(several))).goTo).toBe('/signin?next=%2Ftickets%2Fnew');
});

test('When seats are written from right to left, then the question about them shows each in its place', async () => {
  const { deps } = fakeApi({ status: 200, data: ['שורה 1', 'שורה 2'].map((of) => ({ ...listed, seat: of })) });
  const { questions } = await sellForm(deps, form({ ...seatless, seats: 'שורה 1-2' }));
  expect(questions?.[0]?.text).toBe(
    'You have listed some of these seats already: \u2068שורה 1\u2069, \u2068שורה 2\u2069. List them again?',
  );
});

test('When the seats of a form are changed again and again, then it keeps the last 20 that it has listed, and its own', async () => {
  const first = fakeApi({ status: 200, data: [] }, listedAs('a'), { status: 0 });
  const { values } = await sellForm(first.deps, form(several));
  const [own] = JSON.parse(values['listedSeats'] ?? '');
  const before = Array.from({ length: 19 }, (_, index) => ({
    key: `${index}`,
    seat: `${index}`,
    ticketId: `${index}`,
  }));
  const changed = fakeApi({ status: 200, data: [] }, listedAs('b'), { status: 0 });
  const fields = { ...values, seats: '12-14', listedSeats: JSON.stringify([own, ...before]) };
  const kept = JSON.parse((await sellForm(changed.deps, form(fields))).values['listedSeats'] ?? '');
  expect(kept).toMatchObject([...before.slice(1), { ticketId: 'a' }, { ticketId: 'b' }]);
});

test.each([
  ['too many', JSON.stringify(Array.from({ length: 21 }, () => ({ key: '', seat: '1', ticketId: 'a' })))],
  ['a text that is too long', JSON.stringify([{ key: '', seat: '1'.repeat(250_000), ticketId: 'a' }])],
])('When a form says that it has listed %s, then that counts as none', (_, text) => {
  expect(readListedSeats(text)).toEqual([]);
});

test.each([
  [{ seats: '5-1' }, 'seats', '5-1 ends before it begins'],
  [{ seats: '1-21' }, 'seats', 'List at most 20 seats at once'],
  [{ seats: '1 = cheap' }, 'seats', 'Seat 1: Enter a price such as 20.00'],
  [{ seats: '1 = 0.01' }, 'seats', 'Seat 1: Price must be at least 0.50'],
  [{ seats: 'שורה 1 = 0.01' }, 'seats', 'Seat \u2068שורה 1\u2069: Price must be at least 0.50'],
  [{ seats: '1', seat: '7' }, 'seat', 'Leave this empty for several seats'],
])(
  'When several seats are wrong, as in %j, then nothing is listed, and the field %s says why',
  async (change, field, message) => {
    const { deps, requests } = fakeApi({ status: 200, data: [] });
    const state = await sellForm(deps, form({ ...seatless, ...change }));
    expect(state.errors).toEqual([{ field, message }]);
    expect(state.values['seats']).toBe(change.seats);
    expect(requests).toEqual([]);
  },
);

test('When the API refuses one of several seats, then the field of all says so', async () => {
  const { deps } = fakeApi({ status: 200, data: [] }, { status: 400, field: 'seat' });
  expect((await sellForm(deps, form(several))).errors).toEqual([{ field: 'seats', message: 'refused 400' }]);
});

const shown = {
  title: 'Final',
  price: '25.00',
  category: 'sports',
  venue: 'Arena',
  city: 'Zurich',
  startsAt: '2030-07-01T19:30',
  timeZone: 'Europe/Zurich',
  section: '',
  row: '',
  seat: '7',
  description: 'One\ntwo ',
};

test.each([
  ['nothing', {}, {}],
  ['the ends of lines, as browsers do', { description: 'One\r\ntwo' }, {}],
  ['the row', { row: '1' }, { row: '1' }],
  ['the seat', { seat: '' }, { seat: null }],
  ['the description', { description: 'One\r\nthree' }, { description: 'One\nthree' }],
  ['the time', { startsAt: '2030-07-01T20:00' }, { startsAt: '2030-07-01T18:00:00.000Z', timeZone: 'Europe/Zurich' }],
  ['the time zone', { timeZone: 'UTC' }, { startsAt: '2030-07-01T19:30:00.000Z', timeZone: 'UTC' }],
  ['the city', { city: 'Portland' }, { city: 'Portland' }],
  ['the start, which is removed', { startsAt: '' }, { startsAt: null }],
])('When %s is changed in the form of a listing, then only that is sent', async (_, changed, sent) => {
  const { deps, requests } = fakeApi({ status: 200, data: ticket });
  const fields = { ...shown, ...changed, ticketId: 't1', shown: JSON.stringify(shown) };
  expect((await editForm(deps, form(fields))).goTo).toBe('/tickets/t1');
  expect(requests.map(({ body }) => body)).toEqual([{ title: 'Final', price: 25, ...sent }]);
});

test('When nobody knows whether a ticket was listed, then the form keeps its key, and sent again it lists once', async () => {
  const { deps, requests } = fakeApi({ status: 503 }, { status: 201, data: ticket });
  const fields = { title: 'Final', price: '25' };
  const state = await sellForm(deps, form({ ...fields, idempotencyKey: 'key' }));
  expect(state.values).toMatchObject({ ...fields, idempotencyKey: 'key' });
  expect((await sellForm(deps, form({ ...fields, ...state.values }))).goTo).toBe('/tickets/t1?listed=1');
  expect(requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key', 'key']);
});

test('When a seller goes back to a form that was sent and lists another ticket without a seat, then that is listed too', async () => {
  const { deps, requests } = fakeApi({ status: 422 }, { status: 201, data: ticket });
  const state = await sellForm(deps, form({ title: 'Final', price: '25', idempotencyKey: 'key' }));
  expect(state.goTo).toBe('/tickets/t1?listed=1');
  expect(requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['key', expect.stringMatching(/^key:\d+$/)]);
});

test('When a ticket is edited, then empty details are cleared', async () => {
  const { deps, requests } = fakeApi({ status: 200, data: ticket });
  const state = await editForm(deps, form({ ticketId: 't1', title: 'Final', price: '25', city: '' }));
  expect(state.goTo).toBe('/tickets/t1');
  expect(requests[0]).toMatchObject({ method: 'PUT', path: '/api/tickets/t1', body: { city: null, startsAt: null } });
});

test('When a listing is invalid, then no request is sent and the typed values stay', async () => {
  const { deps, requests } = fakeApi({ status: 201, data: ticket });
  const state = await sellForm(deps, form({ title: '', price: 'free', startsAt: 'soon', city: 'Leeds' }));
  expect(state.errors.map(({ field }) => field)).toEqual(['title', 'price', 'startsAt']);
  expect(state.values).toMatchObject({ price: 'free', city: 'Leeds' });
  expect(requests).toEqual([]);
});

test('When an order is cancelled, then the buyer goes to its page', async () => {
  const { deps, requests } = fakeApi({ status: 204 });
  expect((await cancelForm(deps, form({ orderId: 'o1' }))).goTo).toBe('/orders/o1');
  expect(requests).toEqual([{ method: 'DELETE', path: '/api/orders/o1' }]);
});

test('When a ticket is withdrawn, then its seller stays on its page, which says so or why it was refused', async () => {
  const { deps, requests } = fakeApi({ status: 204 });
  expect((await withdrawForm(deps, form({ ticketId: 't1' }))).goTo).toBe('/tickets/t1');
  expect(requests).toEqual([{ method: 'DELETE', path: '/api/tickets/t1' }]);
});

test('When a password is forgotten, then the page reads the same for every email', async () => {
  const { deps, requests } = fakeApi({ status: 202, data: {} });
  const state = await forgotPasswordForm(deps, form({ email: ' ada@example.com ' }));
  expect(state).toEqual({ errors: [], values: {}, goTo: '/forgot-password?sent=1' });
  expect(requests[0]?.body).toEqual({ email: 'ada@example.com' });
});

test.each([
  ['reset-password', resetPasswordForm],
  ['verify-email', verifyEmailForm],
])('When the link to /%s is no longer valid, then the page says so without its token', async (page, operation) => {
  const sent = form({ token: 'used', password: 'correct horse' });
  expect((await operation(fakeApi({ status: 400 }).deps, sent)).goTo).toBe(`/${page}`);
  expect((await operation(fakeApi({ status: 400, field: 'token' }).deps, sent)).goTo).toBe(`/${page}`);
});

test('When a new password is refused or the service is away, then the link can be used again', async () => {
  const sent = form({ token: 'good', password: '1234' });
  const refused = await resetPasswordForm(fakeApi({ status: 400, field: 'password' }).deps, sent);
  expect(refused).toEqual({ errors: [{ message: 'refused 400', field: 'password' }], values: {} });
  expect((await resetPasswordForm(fakeApi({ status: 503 }).deps, sent)).goTo).toBeUndefined();
});

test('When a password is reset, then every page is loaded again, since all sessions have ended', async () => {
  const { deps, requests } = fakeApi({ status: 200, data: {} });
  const state = await resetPasswordForm(deps, form({ token: 'good', password: ' new password ' }));
  expect(state).toMatchObject({ goTo: '/reset-password?done=1', sessionChanged: true });
  expect(requests[0]?.body).toEqual({ token: 'good', password: ' new password ' });
});

test('When a change of the account is refused, then no password stays in the form', async () => {
  const wrong = { status: 400, field: 'password' };
  const sent = form({ email: 'new@example.com', password: 'wrong', currentPassword: 'wrong', newPassword: 'new' });
  const states = await Promise.all(
    [changeEmailForm, changePasswordForm, closeAccountForm].map((operation) => operation(fakeApi(wrong).deps, sent)),
  );
  expect(states.map(({ values }) => values)).toEqual([{ email: 'new@example.com' }, {}, {}]);
  expect(states.map(({ errors }) => errors.map(({ field }) => field))).toEqual([
    ['password'],
    ['password'],
    ['password'],
  ]);
});

test('When a device is signed out twice, then the second time succeeds too', async () => {
  const { deps, requests } = fakeApi({ status: 204 }, { status: 404 });
  const sent = form({ sessionId: 's/1' });
  const states = [await endSessionForm(deps, sent), await endSessionForm(deps, sent)];
  expect(states.map((state) => state.goTo)).toEqual(Array(2).fill('/account/sessions?ended=one'));
  expect(requests[0]).toEqual({ method: 'DELETE', path: '/api/users/sessions/s%2F1' });
});

test('When an account is closed, then the user leaves signed out', async () => {
  const { deps, requests } = fakeApi({ status: 204 });
  const state = await closeAccountForm(deps, form({ password: 'secret' }));
  expect(state).toMatchObject({ goTo: '/goodbye', sessionChanged: true });
  expect(requests).toEqual([{ method: 'DELETE', path: '/api/users/me', body: { password: 'secret' } }]);
});

test('When there are errors, then each belongs to its field and the rest to the form', () => {
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

test('When a problem is reported, then the buyer goes to the order; when it is refused, then the text stays', async () => {
  const problem = form({ orderId: 'o1', text: 'No seat 7.' });
  const accepted = fakeApi({ status: 201, data: { ...order, status: 'complete', currency: 'usd' } });
  expect(await problemForm(accepted.deps, problem)).toMatchObject({ errors: [], goTo: '/orders/o1' });
  const body = { text: 'No seat 7.' };
  expect(accepted.requests).toEqual([{ method: 'POST', path: '/api/orders/o1/problem', body }]);
  const refused = await problemForm(fakeApi({ status: 400, field: 'text' }).deps, problem);
  expect(refused).toEqual({ errors: [{ message: 'refused 400', field: 'text' }], values: body });
});

const upload = (file?: File, confirm?: string): FormData => {
  const data = form({ ticketId: 't1', ...(confirm === undefined ? {} : { confirm }) });
  // Browsers send this when no file was chosen.
  data.set('file', file ?? new File([], ''));
  return data;
};
const png = new File(['png'], 'ticket.png', { type: 'image/png' });

test('When a ticket file is uploaded, then it is sent as it is with its own type, and the seller returns to the ticket', async () => {
  const { deps, requests } = fakeApi({ status: 200, data: ticket });
  expect(await uploadForm(deps, upload(png))).toMatchObject({ errors: [], goTo: '/tickets/t1?uploaded=1#ticket-file' });
  expect(requests).toMatchObject([
    { method: 'PUT', path: '/api/tickets/t1/file', body: png, contentType: 'image/png' },
  ]);
  expect(requests[0]).not.toHaveProperty('query');
});

test.each([
  ['none', undefined, 'Choose the file of the ticket'],
  ['empty', new File([], 'ticket.pdf', { type: 'application/pdf' }), 'This file is empty'],
  [
    'larger than 5 MB',
    new File([new Uint8Array(5 * 1024 * 1024 + 1)], 'ticket.pdf', { type: 'application/pdf' }),
    'This file is larger than 5 MB',
  ],
  [
    'of another type',
    new File(['text'], 'ticket.txt', { type: 'text/plain' }),
    'Only PDF, PNG and JPEG files can be uploaded',
  ],
])('When the chosen file is %s, then the field says so and nothing is sent', async (_, file, message) => {
  const { deps, requests } = fakeApi({ status: 200, data: ticket });
  expect((await uploadForm(deps, upload(file))).errors).toEqual([{ field: 'file', message }]);
  expect(requests).toEqual([]);
});

test('When no code can be read in a ticket file, then the form offers to confirm that it has none, until it is stored', async () => {
  const { deps, requests } = fakeApi({ status: 400, field: 'confirm' }, { status: 503 }, { status: 200, data: ticket });
  const offer = { confirm: 'no-code' };
  expect((await uploadForm(deps, upload(png))).values).toEqual(offer);
  expect((await uploadForm(deps, upload(undefined, 'no-code'))).values).toEqual(offer);
  expect((await uploadForm(deps, upload(png, 'no-code'))).values).toEqual(offer);
  expect(await uploadForm(deps, upload(png, 'no-code'))).toMatchObject({ errors: [], goTo: expect.anything() });
  expect(requests.map(({ query }) => query?.toString())).toEqual([undefined, 'confirm=no-code', 'confirm=no-code']);
});

test('When a ticket file is refused for another reason, then the form shows the message and offers nothing', async () => {
  const { deps } = fakeApi({ status: 409 });
  expect(await uploadForm(deps, upload(png))).toEqual({ errors: [{ message: 'refused 409' }], values: {} });
});
