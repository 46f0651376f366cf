import { beforeAll, expect, test } from '@jest/globals';
import { Agent } from 'node:http';
import { z } from 'zod';
import { errorsAnswer } from './answers.ts';
import { eventually } from './eventually.ts';
import { attacksOn, type Attack, type Subject } from './fuzz/hostile.ts';
import { documentedOperations, type Operation } from './fuzz/open-api.ts';
import { sendRaw, type RawAnswer, type RawRequest } from './fuzz/send-raw.ts';
import { differences, everythingStored } from './fuzz/stored.ts';
import { hold, list, pay, signUp, ticketOf, untilOrder, type Person } from './person.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';

const site = siteUnderTest();
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

let operations: readonly Operation[];
let buyer: Person;
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

/** A valid body and path for each route, so that what is wrong with an attack is the attack. */
const prepare = async (): Promise<Subject[]> => {
  const seller = await signUp(site.url);
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
  const services = ['auth', 'tickets', 'orders', 'payments'];
  operations = (await Promise.all(services.map((service) => documentedOperations(service)))).flat();
  buyer = await signUp(site.url);
  subjects = await prepare();
}, 60_000);

const send = (request: RawRequest): Promise<RawAnswer> =>
  sendRaw(site.url, agent, { ...request, headers: { Cookie: buyer.cookie, ...request.headers } });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** What is wrong with an answer, or nothing. */
const judge = (operation: Operation, attack: Attack, answer: RawAnswer): string | undefined => {
  const { status, text } = answer;
  const about = `${attack.request.method} ${operation.path} with ${attack.title}: ${status} ${text.slice(0, 200)}`;
  if (status >= 500) return `${about} (a failure)`;
  if (isSuccess(status)) {
    if (attack.isRefused) return `${about} (accepted)`;
  } else if (!errorsAnswer.safeParse(parsed(text)).success) return `${about} (no envelope)`;
  if (!attack.isOfRoute) return undefined;
  if (!operation.answers.has(status)) return `${about} (not documented)`;
  const documented = operation.answers.get(status);
  const fits = documented === undefined ? text === '' : documented.safeParse(parsed(text)).success;
  return fits ? undefined : `${about} (not as documented)`;
};

/** Tries them, some at a time, and answers everything that was wrong. */
const tryAll = async (attacks: readonly { readonly operation: Operation; readonly attack: Attack }[]) => {
  const wrong: string[] = [];
  const left = attacks.values();
  const worker = async () => {
    for (const { operation, attack } of left) {
      try {
        const problem = judge(operation, attack, await send(attack.request));
        if (problem !== undefined) wrong.push(problem);
      } catch (error) {
        wrong.push(`${attack.request.method} ${operation.path} with ${attack.title}: no answer, ${String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return wrong;
};

const everyAttack = () =>
  subjects.flatMap((subject) => attacksOn(subject).map((attack) => ({ operation: subject.operation, attack })));

testOnThisMachine(
  'When what must be refused is sent to every route, then it is, in the one envelope, and nothing that is stored changes',
  async () => {
    const refused = everyAttack().filter(({ attack }) => attack.isRefused);
    expect(refused.length).toBeGreaterThan(500);
    const before = await everythingStored(await site.processes());
    expect(await tryAll(refused)).toEqual([]);
    const after = await everythingStored(await site.processes());
    expect(differences(before, after)).toEqual([]);
  },
  180_000,
);

test('When what is odd is sent to every route, then it is refused or understood as documented, and nothing fails', async () => {
  const odd = everyAttack().filter(({ attack }) => !attack.isRefused);
  expect(odd.length).toBeGreaterThan(500);
  expect(await tryAll(odd)).toEqual([]);
}, 180_000);

test('When nobody is signed in, then no attack gets past that', async () => {
  const routes = subjects.filter(({ operation }) => operation.answers.has(401) && operation.body !== undefined);
  const attacks = routes.flatMap(({ operation, path }) =>
    ['{"$gt":""}', '{', 'null', '{"__proto__":{"currentUser":{"id":"x"}}}'].map((body) => ({ operation, path, body })),
  );
  const headers = { Cookie: '', 'Content-Type': 'application/json' };
  const answers = await Promise.all(
    attacks.map(({ operation, path, body }) => send({ method: operation.method, path, headers, body })),
  );
  for (const { status, text } of answers) {
    expect([400, 401]).toContain(status);
    expect(errorsAnswer.parse(parsed(text))).toBeDefined();
  }
});

test('When the pages of the site are asked for what is odd, then none of them fails', async () => {
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
  const answers = await Promise.all(
    paths.map(async (path) => ({ path, status: (await send({ method: 'GET', path })).status })),
  );
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
}, 60_000);

test('When every route is used as documented, then its answer fits its schema', async () => {
  const sent = new Map<string, number>();
  for (const { operation, path, body } of subjects) {
    const headers = { 'Content-Type': 'application/json' };
    const request = { method: operation.method, path };
    const answer = await send(body === undefined ? request : { ...request, headers, body: JSON.stringify(body) });
    const key = `${operation.method} ${operation.path}`;
    const documented = operation.answers.get(answer.status);
    const fits = documented === undefined ? answer.text === '' : documented.safeParse(parsed(answer.text)).success;
    expect({ key, status: answer.status, text: answer.text, fits }).toMatchObject({ fits: true });
    sent.set(key, answer.status);
  }
  expect(z.array(z.string()).parse([...sent.keys()])).toHaveLength(operations.length);
});
