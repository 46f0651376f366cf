import process from 'node:process';
import { parseArgs } from 'node:util';
import { environmentLabel } from './development-namespace.mjs';
import { create, findTarget, kubectl } from './hook-kubectl.mjs';
import { makeCertificates, withTls } from './make-certificates.mjs';
import { makeSecrets } from './make-secrets.mjs';

// node tools/cluster/dev-secrets.mjs: creates the missing secrets of a development cluster in the current context and
// namespace, and the namespace. Existing secrets are kept, since the databases use them. With --tls, addresses and
// certificates are those of the component tls.

const { values } = parseArgs({ options: { tls: { type: 'boolean', default: false } } });

/** What the component `tls` needs: certificates, and addresses that ask for TLS. @returns {ReturnType<typeof makeSecrets>} */
const makeTlsSecrets = () => {
  const addressed = Object.entries(makeSecrets()).map(([name, keys]) => [
    name,
    Object.fromEntries(
      Object.entries(keys).map(([key, value]) => [key, /^(mongodb|nats|redis):/.test(value) ? withTls(value) : value]),
    ),
  ]);
  return { ...Object.fromEntries(addressed), 'server-tls': makeCertificates() };
};

const secrets = values.tls ? makeTlsSecrets() : makeSecrets();
const { namespace, labels } = findTarget();
if (labels === undefined)
  create([
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { [environmentLabel]: 'development' } },
    },
  ]);

/** An address of a secret that exists already; empty without it. */
const presentRedisUrl = () =>
  Buffer.from(
    kubectl(['get', 'secret', 'redis-secret', '--ignore-not-found', '--output', 'jsonpath={.data.REDIS_URL}']),
    'base64',
  ).toString();
if (values.tls && presentRedisUrl().startsWith('redis:')) {
  process.stderr.write(
    'The secrets of this namespace have addresses without TLS: delete them and the stores, or use another namespace\n',
  );
  process.exit(1);
}

const present = new Set(kubectl(['get', 'secrets', '--output', 'name']).split('\n'));
const missing = Object.entries(secrets).filter(([name]) => !present.has(`secret/${name}`));
if (missing.length > 0) {
  const items = missing.map(([name, stringData]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels: { 'app.kubernetes.io/part-of': 'ticketing' } },
    stringData,
  }));
  create(items);
}
process.stdout.write(
  `secrets: ${missing.length} created, ${Object.keys(secrets).length - missing.length} exist already\n`,
);
