import { execa } from 'execa';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '@ticketing/launcher/paths';
import { services } from '@ticketing/launcher/topology';
import { secretValue } from './kubectl.ts';
import { forwardTo, type PortForward } from './port-forward.ts';
import { trustCluster } from './trust-cluster.ts';

/** The address of a database behind a port forward: a direct connection, since its replica set names another host. */
const directUrl = (text: string, port: number): string => {
  const url = new URL(text);
  url.host = `127.0.0.1:${port}`;
  url.searchParams.delete('replicaSet');
  url.searchParams.set('directConnection', 'true');
  return url.href;
};

/** Nothing listens there. */
const closedPort = 1;

/**
 * Opens port forwards to every service's database and to the bus, and returns their addresses as environment variables
 * (ORDERS_MONGO_URL, NATS_URL), with what makes a process trust their certificates. Addresses that are already in the
 * environment are used as they are: they are those of databases outside the cluster. `needed` is what the caller cannot do without:
 * with `databases`, which operators need during an outage too, the bus is left out, and a database that cannot be reached is named by
 * `onUnreachable`.
 */
export const openSources = async (
  needed: 'sources' | 'databases' = 'sources',
  onUnreachable: (problem: string) => void = () => undefined,
): Promise<{
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}> => {
  const trust = await trustCluster();
  const forwards: PortForward[] = [];
  const forwardedPort = async (service: string, port: number): Promise<number> => {
    const forward = await forwardTo(service, port);
    forwards.push(forward);
    return forward.port;
  };
  const close = async () => {
    await Promise.all([trust.close(), ...forwards.map((forward) => forward.close())]);
  };
  try {
    const urls = await Promise.all(
      services.map(async (name) => {
        const variable = `${name.toUpperCase()}_MONGO_URL`;
        const given = process.env[variable] ?? '';
        if (given !== '') return [variable, given];
        const url = await secretValue(`${name}-mongo`, 'MONGO_URL');
        const port = await forwardedPort(`${name}-mongo`, 27017).catch((error: unknown) => {
          if (needed === 'sources') throw error;
          onUnreachable(error instanceof Error ? error.message : String(error));
          return closedPort;
        });
        return [variable, directUrl(url, port)];
      }),
    );
    if (needed === 'databases') return { env: { ...trust.env, ...Object.fromEntries(urls) }, close };
    const natsUrl = new URL(await secretValue('operator-nats', 'NATS_URL'));
    natsUrl.host = `127.0.0.1:${await forwardedPort('nats', 4222)}`;
    return { env: { ...trust.env, ...Object.fromEntries(urls), NATS_URL: natsUrl.href }, close };
  } catch (error) {
    await close();
    throw error;
  }
};

const run = join(root, 'tools', 'launcher', 'run.mjs');

/**
 * Runs `npm run audit` on the product in the cluster, which prints what is wrong.
 * @returns Whether nothing is wrong.
 */
export const auditCluster = async (): Promise<boolean> => {
  const sources = await openSources();
  const stripe = await forwardTo('stripe-sandbox', 4242);
  try {
    const { exitCode } = await execa(process.execPath, [run, 'tools/audit/src/run-audit.ts'], {
      cwd: root,
      env: { ...sources.env, STRIPE_HOST: `http://127.0.0.1:${stripe.port}` },
      stdin: 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
      reject: false,
    });
    return exitCode === 0;
  } finally {
    await Promise.all([sources.close(), stripe.close()]);
  }
};
