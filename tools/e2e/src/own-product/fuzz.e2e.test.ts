import { beforeAll, expect } from '@jest/globals';
import { parseJson } from '@ticketing/test/http-client';
import { Agent } from 'node:http';
import { errorsResponse } from '../responses.ts';
import { eventually } from '../eventually.ts';
import { attacksOn, type Attack, type Subject } from '../fuzz/attacks.ts';
import { documentedOperations, type Operation } from '../fuzz/open-api.ts';
import { sendRaw, type RawResponse, type RawRequest } from '../fuzz/send-raw.ts';
import { differences, everythingStored } from '../fuzz/stored.ts';
import { hold, list, pay, signUp, ticketOf, untilOrder, type User } from '../user.ts';
import { isOnThisMachine, testOnThisMachine } from '../site.ts';
import { useOwnProduct } from './use-own-product.ts';

// Of its own: in one that others use, their holds expire meanwhile.
const { running } = useOwnProduct({});
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

let operations: readonly Operation[];
let buyer: User;
let subjects: readonly Subject[];

const listing = {
  title: 'Fuzzed',
  price: 20,
  category: 'other',
  venue: 'Hall',
  city: 'York',
  startsAt: '2031-01-01T20:00:00.000Z',
  section: 'A',
  row: '1',
  seat: '2',
  description: 'As described.',
};

/** A valid body and path for each route, so that an attack differs from a valid request in one thing. */
const prepare = async (): Promise<Subject[]> => {
  const seller = await signUp(running().url);
  const [mine, theirs, sold] = await Promise.all([list(buyer), list(seller), list(seller)]);
  const paid = await hold(buyer, sold.id);
  expect((await pay(buyer, paid.id)).status).toBe(201);
  await untilOrder(buyer, paid.id, { status: 'complete' });
  await eventually(async () => expect(await ticketOf(buyer, sold.id)).toHaveProperty('soldAt'));
  const bodies = new Map<string, Readonly<Record<string, unknown>>>([
    ['POST /api/users/signup', { email: 'fuzz@example.test', password: 'secret password' }],
    ['POST /api/users/signin', { ...buyer.credentials }],
    ['POST /api/users/signout', {}],
    ['POST /api/tickets', listing],
    ['PUT /api/tickets/{ticketId}', listing],
    ['POST /api/orders', { ticketId: theirs.id, expectedPrice: theirs.price }],
    ['POST /api/payments', { orderId: paid.id, token: 'tok_visa' }],
    ['POST /api/payments/webhook', { type: 'payment_intent.succeeded' }],
  ]);
  return operations.map((operation) => ({
    operation,
    path: operation.path.replace('{ticketId}', mine.id).replace('{orderId}', paid.id),
    body: bodies.get(`${operation.method} ${operation.path}`),
  }));
};

beforeAll(async () => {
  if (!isOnThisMachine()) return;
  const services = ['auth', 'tickets', 'orders', 'payments'];
  operations = (await Promise.all(services.map((service) => documentedOperations(service)))).flat();
  buyer = await signUp(running().url);
  subjects = await prepare();
}, 60_000);

/** Waits where the broker has not kept up with the edits of the one ticket that all attacks are aimed at. */
const send = (request: RawRequest): Promise<RawResponse> =>
  eventually(async () => {
    const headers = { Cookie: buyer.cookie, ...request.headers };
    const response = await sendRaw(running().url, agent, { ...request, headers });
    if (response.text.includes('Too many changes wait to be published')) throw new Error(response.text);
    return response;
  });

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** Why a response is wrong, or undefined. */
const problemOf = (operation: Operation, attack: Attack, response: RawResponse): string | undefined => {
  const { status, text } = response;
  const about = `${attack.request.method} ${operation.path} with ${attack.title}: ${status} ${text.slice(0, 200)}`;
  if (status >= 500) return `${about} (a failure)`;
  if (isSuccess(status)) {
    if (attack.isRefused) return `${about} (accepted)`;
  } else if (!errorsResponse.safeParse(parseJson(text)).success) return `${about} (no envelope)`;
  if (!attack.isOfRoute) return undefined;
  if (!operation.responses.has(status)) return `${about} (not documented)`;
  const documented = operation.responses.get(status);
  const fits = documented === undefined ? text === '' : documented.safeParse(parseJson(text)).success;
  return fits ? undefined : `${about} (not as documented)`;
};

/** Sends all attacks, 16 at a time, and returns the problems. */
const sendAll = async (attacks: readonly { readonly operation: Operation; readonly attack: Attack }[]) => {
  const wrong: string[] = [];
  const left = attacks.values();
  const worker = async () => {
    for (const { operation, attack } of left) {
      try {
        const problem = problemOf(operation, attack, await send(attack.request));
        if (problem !== undefined) wrong.push(problem);
      } catch (error) {
        wrong.push(`${attack.request.method} ${operation.path} with ${attack.title}: no response, ${String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return wrong;
};

const everyAttack = () =>
  subjects.flatMap((subject) => attacksOn(subject).map((attack) => ({ operation: subject.operation, attack })));

testOnThisMachine(
  'When invalid requests are sent to every route, then all are refused in the error envelope and no stored document changes',
  async () => {
    const refused = everyAttack().filter(({ attack }) => attack.isRefused);
    expect(refused.length).toBeGreaterThan(500);
    const before = await everythingStored(running());
    expect(await sendAll(refused)).toEqual([]);
    const after = await everythingStored(running());
    expect(differences(before, after)).toEqual([]);
  },
  180_000,
);

testOnThisMachine(
  'When odd requests are sent to every route, then they are refused or accepted as documented, and none fails',
  async () => {
    const odd = everyAttack().filter(({ attack }) => !attack.isRefused);
    expect(odd.length).toBeGreaterThan(500);
    expect(await sendAll(odd)).toEqual([]);
  },
  180_000,
);

testOnThisMachine('When nobody is signed in, then every attack is refused', async () => {
  const routes = subjects.filter(({ operation }) => operation.responses.has(401) && operation.body !== undefined);
  const attacks = routes.flatMap(({ operation, path }) =>
    ['{"$gt":""}', '{', 'null', '{"__proto__":{"currentUser":{"id":"x"}}}'].map((body) => ({ operation, path, body })),
  );
  const headers = { Cookie: '', 'Content-Type': 'application/json' };
  const responses = await Promise.all(
    attacks.map(({ operation, path, body }) => send({ method: operation.method, path, headers, body })),
  );
  for (const { status, text } of responses) {
    expect([400, 401]).toContain(status);
    if (status === 401) expect(parseJson(text)).toEqual({ errors: [{ message: 'Not authorized' }] });
    else
      expect({ text, isEnvelope: errorsResponse.safeParse(parseJson(text)).success }).toMatchObject({
        isEnvelope: true,
      });
  }
});

testOnThisMachine(
  'When pages are requested with odd parameters, then none fails',
  async () => {
    const odd = ['%00', '%zz', '%E0%A4%A', '__proto__', 'constructor', '..%2f..%2fetc%2fpasswd', '%22%3E%3Cscript%3E'];
    const paths = [
      ...odd.flatMap((text) => [
        `/${text}`,
        `/tickets/${text}`,
        `/tickets/${text}/edit`,
        `/orders/${text}`,
        `/?q=${text}`,
      ]),
      ...odd.map((text) => `/?page=${text}&minPrice=${text}&sort=${text}&category=${text}&from=${text}`),
      '/?q[$gt]=&q=a&q=b',
      '/?page=-1',
      '/?page=999999999',
      `/?q=${'x'.repeat(8_000)}`,
      '/signin?next=//elsewhere.example',
      '/signin?next=javascript:alert(1)',
      '/orders?page=1e3',
      '/my-tickets?page=%00',
    ];
    const responses = await Promise.all(
      paths.map(async (path) => ({ path, status: (await send({ method: 'GET', path })).status })),
    );
    expect(responses.filter(({ status }) => status >= 500)).toEqual([]);
  },
  60_000,
);

testOnThisMachine(
  'When every route is used as documented, then its response is documented and matches its schema',
  async () => {
    for (const { operation, path, body } of subjects) {
      const headers = { 'Content-Type': 'application/json' };
      const request = { method: operation.method, path };
      const response = await send(body === undefined ? request : { ...request, headers, body: JSON.stringify(body) });
      const key = `${operation.method} ${operation.path}`;
      expect([key, [...operation.responses.keys()]]).toEqual([key, expect.arrayContaining([response.status])]);
      const documented = operation.responses.get(response.status);
      const fits =
        documented === undefined ? response.text === '' : documented.safeParse(parseJson(response.text)).success;
      expect({ key, status: response.status, text: response.text, fits }).toMatchObject({ fits: true });
    }
  },
);
