import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { makeCertificates, withTls } from './make-certificates.mjs';
import { makeSecrets } from './make-secrets.mjs';

// node tools/cluster/dev-secrets.mjs: creates the missing secrets of a development cluster in the current context and
// namespace. Existing secrets are kept, since the databases use them. CLUSTER_EXEC is a prefix of the kubectl command, for
// clusters that are not reachable from this machine. With --tls, addresses and certificates are those of the component tls.

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
    process.stderr.write(`${command} ${rest.join(' ')} failed${error === undefined ? '' : `: ${error.message}`}\n`);
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
process.stdout.write(
  `secrets: ${missing.length} created, ${Object.keys(secrets).length - missing.length} exist already\n`,
);
