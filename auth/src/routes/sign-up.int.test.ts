import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { userCreated } from '@ticketing/common/events';
import { newEmail, openHarness, type Api, type AuthHarness } from '../test/harness.ts';

let auth: AuthHarness;
let replica: Api;

beforeAll(async () => {
  auth = await openHarness();
  replica = await auth.startReplica();
});
afterAll(() => auth.system.close());

test('When a user signs up, then the account is stored, the session is set and an event without the hash is published', async () => {
  const email = newEmail();
  const response = await auth.signUp(email, ' pass word ');
  expect(response.status).toBe(201);
  expect(response.body).toEqual({ id: expect.any(String), email, emailVerified: false });
  const [cookie = ''] = response.get('Set-Cookie') ?? [];
  expect(cookie).toMatch(/^session=[\w+/=%-]+; path=\/; expires=[^;]+; samesite=lax; httponly$/i);
  expect(JSON.parse(Buffer.from(/session=([^;]+)/.exec(cookie)?.[1] ?? '', 'base64').toString())).toEqual({
    jwt: expect.any(String),
  });
  expect(await auth.currentUser(response)).toEqual(response.body);

  expect(await auth.users.findOne({ email })).toMatchObject({
    _id: response.body.id,
    version: 0,
    passwordHash: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/),
  });
  const event = await auth.system.eventually(() => {
    const found = auth.system.events(userCreated).find(({ data }) => data.email === email);
    if (found === undefined) throw new Error('not published yet');
    return found;
  });
  expect(event.aggregate).toEqual({ type: 'user', id: response.body.id, version: 0 });
  expect(event.data).toEqual({ id: response.body.id, version: 0, email });
});

test('When the e-mail has an account already, in any case, then the response is 400 Email in use', async () => {
  const email = newEmail();
  expect((await auth.signUp(email)).status).toBe(201);
  const again = await auth.signUp(` ${email.toUpperCase()} `, 'another horse');
  expect(again.status).toBe(400);
  expect(again.body).toEqual({ errors: [{ message: 'Email in use', field: 'email' }] });
  expect(again.get('Set-Cookie')).toBeUndefined();
  expect(await auth.users.countDocuments({ email })).toBe(1);
});

test.each([
  ['ZÜRICH.example', 'xn--zrich-kva.example'],
  ['xn--zrich-kva.example', 'zu\u0308rich.example'],
])('When an account has an e-mail at %s, then it is the one at %s too', async (first, second) => {
  const name = newEmail().split('@')[0] ?? '';
  const made = await auth.signUp(`${name}@${first}`);
  expect([made.status, made.body.email]).toEqual([201, `${name}@xn--zrich-kva.example`]);
  const again = await auth.signUp(`${name}@${second}`);
  expect([again.status, again.body.errors]).toEqual([400, [{ message: 'Email in use', field: 'email' }]]);
  const password = 'correct horse';
  const entered = await auth.api.post('/api/users/signin').send({ email: `${name}@${second}`, password });
  expect([entered.status, entered.body.id]).toEqual([200, made.body.id]);
});

test.each(["r&d/50%+o'neil={x}|y~z@", '-@', `${'x'.repeat(64)}@`])(
  'When an e-mail begins with %s, then it is accepted, as browsers do',
  async (start) => {
    const response = await auth.signUp(`${start}${newEmail().replace('@', '.')}`);
    expect(response.status).toBe(201);
    expect(await auth.currentUser(response)).toEqual(response.body);
  },
);

test('When an e-mail is as long as the RFC allows, then it is accepted; with one more character it is refused', async () => {
  const domain = `${`${'d'.repeat(60)}.`.repeat(4)}example`;
  const longest = `${'x'.repeat(254 - domain.length - 1)}@${domain}`;
  expect((await auth.signUp(longest)).status).toBe(201);
  const refused = await auth.signUp(`x${longest}`);
  expect([refused.status, refused.body]).toEqual([400, { errors: [{ message: 'Email is too long', field: 'email' }] }]);
});

test('When 20 requests sign up one e-mail at once on two replicas, then exactly one makes the account', async () => {
  const email = newEmail();
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? auth.api : replica)
        .post('/api/users/signup')
        .send({ email: index % 3 === 0 ? email.toUpperCase() : email, password: `password-${index}` }),
    ),
  );
  const made = responses.filter(({ status }) => status === 201);
  expect(made).toHaveLength(1);
  for (const { status, body } of responses.filter((response) => response !== made[0])) {
    expect(status).toBe(400);
    expect(body).toEqual({ errors: [{ message: 'Email in use', field: 'email' }] });
  }
  expect(await auth.users.countDocuments({ email })).toBe(1);
});

test.each([
  [{}, ['email', 'password']],
  [{ email: 'ann', password: 'correct horse' }, ['email']],
  [{ email: 'ann@example.com', password: 'seven77' }, ['password']],
  [{ email: 'ann@example.com', password: 'Password1' }, ['password']],
  [{ email: 'Ann@example.com', password: 'aNN@example.com' }, ['password']],
  [{ email: 'ann@example.com', password: 'x'.repeat(129) }, ['password']],
  [{ email: { $gt: '' }, password: { $gt: '' } }, ['email', 'password']],
  [{ email: ['ann@example.com'], password: 12_345 }, ['email', 'password']],
  [{ email: `${'x'.repeat(300)}@example.com`, password: 'correct horse' }, ['email']],
  [{ email: '__proto__', password: 'abc' }, ['email', 'password']],
  [{ email: `${'x'.repeat(65)}@example.com`, password: 'correct horse' }, ['email']],
  [{ email: 'ann@-example.com', password: 'correct horse' }, ['email']],
  [{ email: 'ann@\u00AD', password: 'correct horse' }, ['email']],
  [{ email: 'ann@example.com, bob@example.com', password: 'correct horse' }, ['email']],
  [{ email: '"ann"@example.com', password: 'correct horse' }, ['email']],
  [{ email: 'änn@example.com', password: 'correct horse' }, ['email']],
  [{ email: 'jac\u212A@example.com', password: 'correct horse' }, ['email']],
])(
  'When the body is %j, then the response is 400 with an entry for each of %j and no account is made',
  async (body, fields) => {
    const before = await auth.users.countDocuments();
    const response = await auth.api.post('/api/users/signup').send(body);
    expect(response.status).toBe(400);
    const entries: { message: string; field: string }[] = response.body.errors;
    expect([...new Set(entries.map(({ field }) => field))].toSorted()).toEqual(fields);
    expect(entries.map(({ message }) => message).join()).not.toContain('x'.repeat(100));
    expect(await auth.users.countDocuments()).toBe(before);
  },
);

test.each([
  ['xkcd936', 'Password must be between 8 and 128 characters'],
  ['passw0rd', 'Password must not be one of the 10,000 most common'],
  ['annabelle@example.com', 'Password must not be the email address or the part before its @'],
  ['Annabelle', 'Password must not be the email address or the part before its @'],
])('When the new password is %j, then the response is 400 and says which rule it breaks', async (password, message) => {
  const response = await auth.signUp(' Annabelle@Example.com', password);
  expect(response.status).toBe(400);
  expect(response.body).toEqual({ errors: [{ message, field: 'password' }] });
});

test.each([
  ['{"email":', 'application/json', 400],
  ['email=a@example.com', 'application/x-www-form-urlencoded', 415],
  [JSON.stringify({ email: 'a@example.com', password: 'x'.repeat(110_000) }), 'application/json', 413],
])('When the body cannot be read, then the response has the error envelope', async (body, type, status) => {
  const response = await auth.api.post('/api/users/signup').set('Content-Type', type).send(body);
  expect(response.status).toBe(status);
  expect(response.body.errors[0].message).toEqual(expect.any(String));
});
