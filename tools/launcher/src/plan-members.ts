import { join } from 'node:path';
import type { Settings } from '../settings.mjs';
import { childEnvironment } from './child-environment.ts';
import { freePorts } from './net/free-ports.ts';
import { cacheDirectory, root } from './paths.ts';
import type { Secrets } from './secrets.ts';
import type { ProcessSpec } from './supervision/supervised-process.ts';
import { members, needsSandbox, services, type Member, type RunContext } from './topology.ts';

/** Services drain for at most 9.5 s by themselves; with the backing servers after them, all is over within 15 s. */
const stopWithinMs = 9_800;

interface Address {
  readonly member: Member;
  readonly replica: number;
  readonly port: number;
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

/** What of the product is run; a test build replaces the services. */
const entryOf = ({ name, entry }: Member, { testBuild }: Settings): string => {
  if (testBuild === undefined || !services.some((service) => service === name)) return entry;
  return join(testBuild, name, 'index.mjs');
};

const answers = async (url: string, status: number): Promise<boolean> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000), redirect: 'manual' });
  await response.body?.cancel();
  return response.status === status;
};

const addressesOf = async (settings: Settings): Promise<Address[]> => {
  const running = members.filter(({ name }) => name !== 'stripe-sandbox' || needsSandbox(settings));
  const slots = running.flatMap((member) =>
    Array.from({ length: member.isReplicated ? settings.replicas : 1 }, (_, replica) => ({ member, replica })),
  );
  const ports = await freePorts(slots.length);
  return slots.map(({ member, replica }, index) => ({
    member,
    replica,
    // The only port that is not free for the choosing.
    port: member.name === 'router' ? settings.port : (ports[index] ?? 0),
  }));
};

/** How each process of the topology is run: ports chosen once, so that a process that is restarted keeps its address. */
export const planMembers = async (options: {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly env: NodeJS.ProcessEnv;
  readonly mongoUrl: string;
  readonly natsUrl: string;
  readonly redisUrl: string;
}): Promise<{ readonly specs: readonly ProcessSpec[]; readonly around: RunContext }> => {
  const { settings, secrets, env, mongoUrl, natsUrl, redisUrl } = options;
  const addresses = await addressesOf(settings);
  const urls = Object.fromEntries(
    members.map(({ name }) => [
      name,
      addresses.filter(({ member }) => member.name === name).map(({ port }) => urlOf(port)),
    ]),
  );
  const around: RunContext = {
    settings,
    secrets,
    mongoUrl,
    natsUrl,
    redisUrl,
    routerUrl: urlOf(settings.port),
    sandboxUrl: urls['stripe-sandbox']?.[0],
    urls,
  };
  const specs = addresses.map(({ member, replica, port }): ProcessSpec => ({
    name: member.name,
    replica,
    command: process.execPath,
    args: ['--enable-source-maps', entryOf(member, settings)],
    env: childEnvironment(env, settings.dataDir, {
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: join(cacheDirectory, 'compiled'),
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: settings.logLevel,
      ...member.env(around),
    }),
    cwd: root,
    url: urlOf(port),
    logFile: join(settings.dataDir, 'logs', `${member.name}-${replica}.log`),
    isReady: () => answers(`${urlOf(port)}${member.probe.path}`, member.probe.status),
    stopWithinMs,
  }));
  return { specs, around };
};
