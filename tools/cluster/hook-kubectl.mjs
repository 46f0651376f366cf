import { spawnSync } from 'node:child_process';
import process from 'node:process';

// kubectl for scripts that skaffold runs as hooks: in skaffold's context and namespace, or else in the current ones.
// CLUSTER_EXEC is a prefix of the command, for clusters that are not reachable from this machine.

const { CLUSTER_EXEC = '', SKAFFOLD_KUBE_CONTEXT = '', SKAFFOLD_NAMESPACES = '' } = process.env;
const namespace = SKAFFOLD_NAMESPACES.includes(',') ? '' : SKAFFOLD_NAMESPACES;
const prefix = [
  ...CLUSTER_EXEC.split(' ').filter((word) => word !== ''),
  'kubectl',
  ...(SKAFFOLD_KUBE_CONTEXT === '' ? [] : ['--context', SKAFFOLD_KUBE_CONTEXT]),
  ...(namespace === '' ? [] : ['--namespace', namespace]),
];

/**
 * Returns the output. When kubectl fails, this process exits with its error.
 * @param {string[]} args @param {string} [input]
 */
export const kubectl = (args, input) => {
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

/** Creates objects of v1. @param {object[]} items */
export const create = (items) =>
  kubectl(['create', '--filename', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));

/** The context's name, and the namespace that skaffold deploys to, with its labels if it exists. */
export const findTarget = () => {
  const context = SKAFFOLD_KUBE_CONTEXT === '' ? kubectl(['config', 'current-context']).trim() : SKAFFOLD_KUBE_CONTEXT;
  const name =
    namespace === '' ? kubectl(['config', 'view', '--minify', '--output=jsonpath={..namespace}']) : namespace;
  const target = { context, namespace: name === '' ? 'default' : name };
  const found = kubectl(['get', 'namespace', target.namespace, '--ignore-not-found', '--output=json']);
  /** @type {Record<string, string> | undefined} */
  const labels = found === '' ? undefined : (JSON.parse(found).metadata.labels ?? {});
  return { ...target, labels };
};
