import { join } from 'node:path';
import type { Settings } from '../settings.mjs';
import { childEnvironment } from './child-environment.ts';
import { freePorts } from './net/free-ports.ts';
import { cacheDirectory, root } from './paths.ts';
import { required } from './required.ts';
import type { Secrets } from './secrets.ts';
import type { ProcessSpec } from './supervision/supervised-process.ts';
import { processes, services, type ProcessDefinition, type RunContext } from './topology.ts';

/** Services drain for at most 9.5 s; together with the backing servers after them, a stop takes at most 15 s. */
const stopTimeoutMs = 9_800;

interface Replica {
  readonly definition: ProcessDefinition;
  readonly replica: number;
  /** Found free; the router listens on PORT as well. */
  readonly freePort: number;
  readonly port: number;
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

/** The script to run; a test build replaces those of the services. */
const entryOf = ({ name, entry }: ProcessDefinition, { testBuild }: Settings): string =>
  testBuild === undefined || !services.includes(name) ? entry : join(testBuild, name, 'index.mjs');

const hasStatus = async (url: string, status: number): Promise<boolean> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000), redirect: 'manual' });
  await response.body?.cancel();
  return response.status === status;
};

const planReplicas = async (
  settings: Settings,
): Promise<{ readonly replicas: Replica[]; readonly smtpPort: number }> => {
  const replicas = processes
    .filter(({ isNeeded }) => isNeeded?.(settings) ?? true)
    .flatMap((definition) =>
      Array.from({ length: definition.isReplicated ? settings.replicas : 1 }, (_, replica) => ({
        definition,
        replica,
      })),
    );
  const [smtpPort, ...ports] = await freePorts(1 + replicas.length, [settings.port]);
  return {
    smtpPort: required(smtpPort, 'port'),
    replicas: replicas.map(({ definition, replica }, index) => {
      const freePort = required(ports[index], 'port');
      return { definition, replica, freePort, port: definition.name === 'router' ? settings.port : freePort };
    }),
  };
};

/** Plans every process of the topology. Ports are chosen once, so that a restarted process keeps its address. */
export const planProcesses = async (options: {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly env: NodeJS.ProcessEnv;
  readonly mongoUrl: string;
  readonly natsUrl: string;
  readonly redisUrl: string;
}): Promise<{ readonly specs: readonly ProcessSpec[]; readonly context: RunContext }> => {
  const { settings, secrets, env, mongoUrl, natsUrl, redisUrl } = options;
  const { replicas, smtpPort } = await planReplicas(settings);
  const urls = Object.fromEntries(
    processes.map(({ name }) => [
      name,
      replicas.filter(({ definition }) => definition.name === name).map(({ port }) => urlOf(port)),
    ]),
  );
  const context: RunContext = {
    settings,
    secrets,
    mongoUrl,
    natsUrl,
    redisUrl,
    routerUrl: urlOf(settings.port),
    sitePort: required(
      replicas.find(({ definition }) => definition.name === 'router'),
      'router',
    ).freePort,
    sandboxUrl: urls['stripe-sandbox']?.[0],
    mailboxUrl: urls['mailbox']?.[0],
    smtpPort,
    urls,
  };
  const specs = replicas.map(({ definition, replica, port }): ProcessSpec => ({
    name: definition.name,
    replica,
    command: process.execPath,
    args: ['--enable-source-maps', entryOf(definition, settings)],
    env: childEnvironment(env, settings.dataDir, {
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: join(cacheDirectory, 'compiled'),
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: settings.logLevel,
      ...definition.env(context),
    }),
    cwd: root,
    url: urlOf(port),
    logFile: join(settings.dataDir, 'logs', `${definition.name}-${replica}.log`),
    isReady: () => hasStatus(`${urlOf(port)}${definition.probe.path}`, definition.probe.status),
    stopTimeoutMs,
  }));
  return { specs, context };
};
