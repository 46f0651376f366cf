import { expect } from '@jest/globals';
import { root } from '@ticketing/launcher/paths';
import { percentile } from '@ticketing/test/percentile';
import type { ProductProcess } from '@ticketing/test/start-product';
import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { eventually } from '../eventually.ts';
import { testOnThisMachine } from '../site.ts';
import { signIn, signUp, type User } from '../user.ts';
import { useOwnProduct } from './use-own-product.ts';

const oldKey = 'a session key of the end-to-end tests';
const newKey = 'another session key of the end-to-end tests';
const settings = { REPLICAS: '2', JWT_KEY: oldKey };

/** What each service with routes responds to its caller alone: 401 without a session. */
const privatePaths = new Map([
  ['auth', '/api/users/sessions'],
  ['tickets', '/api/tickets?mine=true'],
  ['orders', '/api/orders'],
  ['payments', '/api/payments/000000000000000000000000'],
]);

const { running, dataDir, restart } = useOwnProduct(settings);

const replicas = (): ProductProcess[] =>
  running()
    .processes()
    .filter(({ name }) => privatePaths.has(name));
const accepts = async ({ name, url }: ProductProcess, cookie: string): Promise<boolean> => {
  const response = await fetch(new URL(privatePaths.get(name) ?? '', url), { headers: { cookie } });
  await response.arrayBuffer();
  return response.status !== 401;
};
const signOut = async (user: User): Promise<void> => {
  const response = await user.send({ method: 'POST', path: '/api/users/signout', body: {} });
  expect(response).toMatchObject({ status: 200 });
};
/** Milliseconds until a replica refuses the session. */
const untilRefused = async (replica: ProductProcess, cookie: string): Promise<number> => {
  const start = performance.now();
  while (await accepts(replica, cookie)) {
    if (performance.now() - start > 10_000) throw new Error(`${replica.name} still accepts the session`);
    await delay(10);
  }
  return performance.now() - start;
};

const endSessions = (account: string) =>
  promisify(execFile)('npm', ['run', '--silent', 'end-sessions', '--', account], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir() },
  });

testOnThisMachine(
  'When 200 users sign out, then copies of their cookies are refused by auth at once and by the others within a second',
  async () => {
    const user = await signUp(running().url);
    const times: number[] = [];
    for (let count = 0; count < 200; count += 1) {
      const session = await signIn(running().url, user);
      const all = replicas();
      expect(all).toHaveLength(8);
      for (const replica of all)
        expect([replica.name, await accepts(replica, session.cookie)]).toEqual([replica.name, true]);
      await signOut(session);
      const waits = await Promise.all(
        all.map(async (replica) => ({ name: replica.name, time: await untilRefused(replica, session.cookie) })),
      );
      times.push(...waits.filter(({ name }) => name !== 'auth').map(({ time }) => time));
      for (const replica of all.filter(({ name }) => name === 'auth')) {
        expect(await accepts(replica, session.cookie)).toBe(false);
      }
    }
    process.stdout.write(
      `refused after sign-out: p50 ${percentile(times, 0.5)} ms, p95 ${percentile(times, 0.95)} ms\n`,
    );
    expect(percentile(times, 0.95)).toBeLessThan(1_000);
  },
  180_000,
);

testOnThisMachine(
  'When an operator ends the sessions of a user, then every service refuses them, and an unknown e-mail is an error',
  async () => {
    const [user, other] = [await signUp(running().url), await signUp(running().url)];
    await expect(endSessions(`not-${user.credentials.email}`)).rejects.toMatchObject({
      code: 1,
      stderr: `No account has the e-mail not-${user.credentials.email}\n`,
    });
    for (const replica of replicas()) expect(await accepts(replica, user.cookie)).toBe(true);
    expect((await endSessions(user.credentials.email)).stdout).toMatch(/^account \S+ is signed out everywhere\n$/);
    for (const replica of replicas()) {
      await untilRefused(replica, user.cookie);
      expect(await accepts(replica, other.cookie)).toBe(true);
    }
  },
  60_000,
);

testOnThisMachine(
  'When a replica is killed after a sign-out, then the one in its place has never accepted the session when it is ready',
  async () => {
    const user = await signUp(running().url);
    await signOut(user);
    for (const name of ['tickets', 'orders', 'payments']) {
      const [killed] = replicas().filter((process) => process.name === name);
      if (killed === undefined) throw new Error(`no ${name}`);
      running().signal(killed, 'SIGKILL');
      await eventually(async () => {
        const again = replicas().find((process) => process.name === name && process.replica === killed.replica);
        if (again === undefined || again.pid === killed.pid) throw new Error(`${name} is not back`);
        expect((await fetch(new URL('/readyz', again.url))).status).toBe(200);
        expect(await accepts(again, user.cookie)).toBe(false);
      }, 30_000);
    }
  },
  120_000,
);

testOnThisMachine(
  'When the broker is away, then auth refuses an ended session at once, and the others once it is back',
  async () => {
    const user = await signUp(running().url);
    const [nats] = running()
      .processes()
      .filter(({ name }) => name === 'nats');
    if (nats === undefined) throw new Error('no nats');
    running().signal(nats, 'SIGSTOP');
    try {
      await signOut(user);
      for (const replica of replicas()) {
        expect([replica.name, await accepts(replica, user.cookie)]).toEqual([replica.name, replica.name !== 'auth']);
      }
    } finally {
      running().signal(nats, 'SIGCONT');
    }
    await eventually(async () => {
      for (const replica of replicas()) expect(await accepts(replica, user.cookie)).toBe(false);
    }, 20_000);
  },
  120_000,
);

testOnThisMachine(
  'When the key is rotated and the product restarted, then sessions of the old key go on, and ended ones stay ended',
  async () => {
    const [live, ended] = [await signUp(running().url), await signUp(running().url)];
    await signOut(ended);
    await running().stop();
    await restart({ ...settings, JWT_KEY: `${newKey},${oldKey}` });
    for (const replica of replicas()) {
      const accepted = [await accepts(replica, live.cookie), await accepts(replica, ended.cookie)];
      expect([replica.name, ...accepted]).toEqual([replica.name, true, false]);
    }
  },
  300_000,
);
