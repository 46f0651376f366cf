import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import process from 'node:process';

// Makes the secrets of a development cluster that are not there yet, in the current context and namespace:
// node scripts/dev-secrets.mjs. Existing ones stay as they are, since the databases already know them.
// CLUSTER_EXEC is put before kubectl, where the cluster is out of reach from here.

const services = ['auth', 'tickets', 'orders', 'expiration', 'payments'];

const random = (bytes = 24) => randomBytes(bytes).toString('hex');

/** Letters first: NATS reads what begins like a number as a number. */
const natsPassword = `n${random()}`;
const redisPassword = random();

/** @type {Record<string, Record<string, string>>} */
const secrets = {
  'jwt-secret': { JWT_KEY: random(32) },
  'stripe-secret': {
    STRIPE_KEY: `sk_test_${random()}`,
    STRIPE_PUBLISHABLE_KEY: `pk_test_${random()}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${random()}`,
  },
  'nats-secret': { NATS_URL: `nats://ticketing:${natsPassword}@nats:4222`, NATS_PASSWORD: natsPassword },
  'redis-secret': { REDIS_URL: `redis://:${redisPassword}@redis:6379`, REDIS_PASSWORD: redisPassword },
  'mongo-keyfile': { KEYFILE: randomBytes(384).toString('base64') },
  ...Object.fromEntries(
    services.map((name) => [
      `${name}-mongo`,
      {
        MONGO_URL: `mongodb://${name}:${random()}@${name}-mongo-0.${name}-mongo:27017/${name}?replicaSet=rs0`,
      },
    ]),
  ),
};

const { CLUSTER_EXEC = '', SKAFFOLD_KUBE_CONTEXT = '', SKAFFOLD_NAMESPACES = '' } = process.env;
const prefix = [
  ...CLUSTER_EXEC.split(' ').filter((word) => word !== ''),
  'kubectl',
  ...(SKAFFOLD_KUBE_CONTEXT === '' ? [] : ['--context', SKAFFOLD_KUBE_CONTEXT]),
  ...(SKAFFOLD_NAMESPACES === '' || SKAFFOLD_NAMESPACES.includes(',') ? [] : ['--namespace', SKAFFOLD_NAMESPACES]),
];

/** @param {string[]} args @param {string} [input] */
const kubectl = (args, input) => {
  const [command = '', ...rest] = [...prefix, ...args];
  const { status, stdout, error } = spawnSync(command, rest, {
    encoding: 'utf8',
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
    ...(input === undefined ? {} : { input }),
  });
  if (error !== undefined || status !== 0) {
    process.stderr.write(`${command} ${rest.join(' ')} has failed${error === undefined ? '' : `: ${error.message}`}\n`);
    process.exit(1);
  }
  return stdout;
};

const present = new Set(kubectl(['get', 'secrets', '--output', 'name']).split('\n'));
const missing = Object.entries(secrets).filter(([name]) => !present.has(`secret/${name}`));
if (missing.length > 0) {
  const items = missing.map(([name, stringData]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels: { 'app.kubernetes.io/part-of': 'ticketing' } },
    stringData,
  }));
  kubectl(['create', '--filename', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}
process.stdout.write(`secrets: ${missing.length} made, ${Object.keys(secrets).length - missing.length} were there\n`);
