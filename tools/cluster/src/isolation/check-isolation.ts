import { endBundler } from '@ticketing/launcher/build';
import { services } from '@ticketing/launcher/topology';
import process from 'node:process';
import { openSources } from '../audit-cluster.ts';
import type { Attempt } from './attempt.ts';
import { attemptsOf } from './attempts-of.ts';
import { bundleAttempts, findUnexpected } from './bundle.ts';

const databaseOf = (service: string): string => `${service}-mongo-0.${service}-mongo:27017`;

/**
 * Ports that a pod may reach, and those that nobody may. Network policies are not among these: a cluster need not enforce
 * them. Each refused port has one beside it that is permitted, so that a wrong host is no success.
 */
const ports: readonly Attempt[] = [
  { name: 'connect to NATS', expected: 'permitted', kind: 'connect', host: 'nats', port: 4222 },
  { name: 'read what NATS monitors', expected: 'refused', kind: 'connect', host: 'nats', port: 8222 },
  { name: 'pose as a member of NATS', expected: 'refused', kind: 'connect', host: 'nats', port: 6222 },
  { name: 'connect to its own port', expected: 'permitted', kind: 'connect', host: '127.0.0.1', port: 3000 },
  { name: 'debug it', expected: 'refused', kind: 'connect', host: '127.0.0.1', port: 9229 },
];

/** As the network policies have it. */
const usesRedis: ReadonlySet<string> = new Set(['auth', 'tickets', 'orders', 'expiration', 'payments']);

/** What servers that require TLS do not respond to; services would go on without Redis, so that they reach it is tried too. */
const withoutTls = (user: string): Attempt[] => [
  ...(usesRedis.has(user) ? [{ name: 'use Redis', expected: 'permitted', kind: 'cache' } as const] : []),
  {
    name: 'talk to Redis without TLS',
    expected: 'refused',
    kind: 'connect',
    host: 'redis',
    port: 6379,
    send: 'PING\r\n',
    response: 'NOAUTH',
  },
  {
    name: 'talk to NATS without TLS',
    expected: 'refused',
    kind: 'connect',
    host: 'nats',
    port: 4222,
    send: 'CONNECT {}\r\n',
    response: 'Authorization',
  },
  {
    name: 'read a database without TLS',
    expected: 'refused',
    kind: 'read',
    variable: user === 'watchdog' ? 'AUTH_MONGO_URL' : 'MONGO_URL',
    isEncrypted: false,
  },
];

const consumersTimeoutMs = 60_000;

/** The operator may do everything, once the services have made their consumers. */
const checkOperator = async (bundle: string): Promise<string[]> => {
  const attempts = attemptsOf('operator', services, { databaseOf });
  const sources = await openSources();
  try {
    for (const giveUpAt = Date.now() + consumersTimeoutMs; ;) {
      const wrong = await findUnexpected(bundle, attempts, { node: process.execPath, env: sources.env });
      if (wrong.length === 0 || Date.now() > giveUpAt) return wrong;
    }
  } finally {
    await sources.close();
  }
};

const checkPod = async (bundle: string, user: string, log: (line: string) => void): Promise<string[]> => {
  const attempts = [...attemptsOf(user, services, { databaseOf }), ...ports, ...withoutTls(user)];
  const prefix = ['kubectl', 'exec', '--stdin', `deployment/${user}`, '--container=app', '--'];
  const wrong = await findUnexpected(bundle, attempts, { prefix });
  const permitted = attempts.filter(({ expected }) => expected === 'permitted').length;
  log(
    `  ${user}: ${permitted} attempts that it may make, ${attempts.length - permitted} that it may not; ${wrong.length} unexpected`,
  );
  return wrong;
};

/**
 * In a pod of each service and of the watchdog, tries with the pod's own credentials what only another one may do, and what
 * it may do itself; and as the operator, who may do everything.
 * @returns What is not as it must be.
 */
export const checkIsolation = async (log: (line: string) => void): Promise<string[]> => {
  const bundle = await bundleAttempts();
  await endBundler();
  const wrong = (await checkOperator(bundle)).map((text) => `operator: ${text}`);
  for (const user of [...services, 'watchdog'])
    wrong.push(...(await checkPod(bundle, user, log)).map((text) => `${user}: ${text}`));
  return wrong;
};
