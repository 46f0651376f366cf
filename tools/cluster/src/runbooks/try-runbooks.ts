import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '@ticketing/launcher/paths';
import { required } from '@ticketing/launcher/required';
import { kubectl, namesOf, untilAllReady, untilRolledOut } from '../kubectl.ts';
import { documentedCommands, fillIn } from './documented-commands.ts';
import { makeDeadLetter } from './make-dead-letter.ts';
import { makeSales, type TestSales } from './make-sales.ts';

/** The service in whose place the runbooks write SERVICE. */
const service = 'orders';
const commandTimeoutMs = 180_000;

/** Runs a command line, with `input` on its standard input. @throws Error with what it wrote last. */
const runLine = async (line: string, options: { readonly input?: string; readonly exitCode?: number } = {}) => {
  const { input = '', exitCode: expected = 0 } = options;
  const { exitCode, stdout, stderr } = await execa('bash', ['-o', 'pipefail', '-c', line], {
    cwd: root,
    input,
    reject: false,
    timeout: commandTimeoutMs,
  });
  // grep has found nothing.
  const isEmpty = exitCode === 1 && stderr === '' && line.includes('| grep ');
  if (exitCode !== expected && !isEmpty)
    throw new Error(`ended with ${exitCode}: ${`${stdout}\n${stderr}`.slice(-300).trim()}`);
  return stdout;
};

/** The shell of a database ends with 0 although a statement has failed. */
const runStatements = async (command: string, statements: readonly string[]): Promise<void> => {
  if (statements.length === 0) throw new Error('no statement is named');
  const input = [...statements, 'db.setProfilingLevel(0, { sampleRate: 0 })', ''].join('\n');
  const error = /\w*Error\b.*/.exec(await runLine(command, { input }))?.[0];
  if (error !== undefined) throw new Error(error);
};

const podOf = async (name: string): Promise<string> =>
  required((await namesOf('pods', `app.kubernetes.io/name=${name}`))[0], `pod of ${name}`);

const untilOpen = async (url: string): Promise<void> => {
  for (let attempts = 1; ; attempts += 1) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    if (attempts === 100) throw new Error(`${url} returns ${status}`);
    await delay(100);
  }
};

/** Reads every address of this port that the runbooks name. */
const readForwarded = async (command: string, runbooks: string): Promise<void> => {
  const port = required(/ (\d+)(?::\d+)?$/.exec(command)?.[1], `port in ${command}`);
  const urls = [...new Set(runbooks.match(new RegExp(`http://localhost:${port}[^\\s\`]*`, 'g')))];
  if (urls.length === 0) throw new Error(`no address of port ${port} is named`);
  const forward = execa('bash', ['-c', `exec ${command}`], { stdin: 'ignore', reject: false });
  try {
    for (const url of urls) await untilOpen(url);
  } finally {
    forward.kill();
    await forward;
  }
};

/** Ends the process of a pod, whose container starts again. */
const restartContainer = async (pod: string): Promise<void> => {
  const path = '--output=jsonpath={.status.containerStatuses[?(@.name=="app")].restartCount}';
  const restarts = async (): Promise<number> => Number(await kubectl('get', 'pod', pod, path));
  const before = await restarts();
  await kubectl('exec', pod, '--container=app', '--', 'node', '--eval', 'process.kill(1)');
  for (let reads = 0; (await restarts()) === before; reads += 1) {
    if (reads === 100) throw new Error(`the container of ${pod} does not start again`);
    await delay(500);
  }
};

const replicasOf = (deployment: string): Promise<string> =>
  kubectl('get', 'deployment', deployment, '--output=jsonpath={.spec.replicas}');

const canExpandVolumes = async (): Promise<boolean> =>
  (await kubectl('get', 'storageclass', '--output=jsonpath={.items[*].allowVolumeExpansion}')).includes('true');

/** Scales a Deployment as the command does, and back again. */
const scale = async (command: string): Promise<void> => {
  const name = required(/deployment\/(\S+)/.exec(command)?.[1], `deployment in ${command}`);
  const before = await replicasOf(name);
  try {
    await runLine(command);
    await untilRolledOut(name);
  } finally {
    await kubectl('scale', `deployment/${name}`, `--replicas=${before}`);
    await untilRolledOut(name);
  }
};

/** Commands that need a certain state, or whose effect takes a while; @returns why a command was not run. */
const runKubectl = async (command: string, runbooks: string): Promise<string | undefined> => {
  if (command.startsWith('kubectl config')) return 'changes the settings of kubectl, not the cluster';
  const fill = async (): Promise<string> => fillIn(command, { SERVICE: service, N: '2', POD: await podOf(service) });
  if (command.startsWith('kubectl port-forward ')) await readForwarded(command, runbooks);
  else if (command.includes(' mongosh ')) {
    await runStatements(command, documentedCommands(runbooks, String.raw`db\.\S+`));
  } else if (command.startsWith('kubectl scale ')) await scale(await fill());
  else if (command.startsWith('kubectl patch pvc ') && !(await canExpandVolumes()))
    return 'this cluster’s storage class cannot expand volumes';
  else {
    if (command.includes('--previous')) await restartContainer(await podOf(service));
    if (command.includes(' undo ')) {
      await kubectl('rollout', 'restart', `deployment/${service}`);
      await untilRolledOut(service);
    }
    await runLine(await fill());
    if (/ (rollout|delete) /.test(command)) {
      await untilAllReady();
      await untilRolledOut(service);
    }
  }
  return undefined;
};

/** What is said, with exit code 1, of an event that cannot be read, and of an order of which nothing is owed. */
const refusals: readonly (readonly [command: RegExp, output: string])[] = [
  [/dead-letters replay --all$/, 'failed again'],
  [/ record-refund /, 'owes its buyer nothing'],
];

const runOperator = async (command: string, sales: TestSales, deadLetter: string): Promise<void> => {
  const { values } = sales;
  const line = fillIn(command, {
    ...values,
    'show ID': deadLetter,
    'discard ID': deadLetter,
    ...(command.includes(' release ') ? { ORDER: sales.problemOrder } : {}),
  });
  const refusal = refusals.find(([pattern]) => pattern.test(command))?.[1];
  const inCluster = line.includes('--cluster') || line.endsWith(' help') ? line : `${line} --cluster`;
  const output = await runLine(inCluster, { exitCode: refusal === undefined ? 0 : 1 });
  if (refusal !== undefined && !output.includes(refusal)) throw new Error(`does not say "${refusal}": ${output}`);
};

/**
 * Runs every command of kubectl and of the operator that docs/runbooks.md names, on sales of its own. Afterwards the product has to be
 * deployed again.
 * @returns The commands that have failed, and why.
 */
export const tryRunbooks = async (log: (line: string) => void): Promise<string[]> => {
  const runbooks = await readFile(join(root, 'docs', 'runbooks.md'), 'utf8');
  const failed: string[] = [];
  const attempt = async (command: string, run: () => Promise<string | undefined>): Promise<void> => {
    try {
      const reason = await run();
      log(reason === undefined ? `  ${command}` : `  not run: ${command}: ${reason}`);
    } catch (error) {
      failed.push(`${command}: ${error instanceof Error ? error.message : String(error)}`);
      await untilAllReady();
    }
  };
  const sales = await makeSales();
  try {
    const deadLetter = await makeDeadLetter();
    for (const command of documentedCommands(runbooks, 'npm run operator --'))
      await attempt(command, async () => {
        await runOperator(command, sales, deadLetter);
        return undefined;
      });
  } finally {
    await sales.close();
  }
  for (const command of documentedCommands(runbooks, 'kubectl'))
    await attempt(command, () => runKubectl(command, runbooks));
  return failed;
};
