import { execa } from 'execa';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '@ticketing/launcher/paths';
import { services } from '@ticketing/launcher/topology';
import { secretValue } from './kubectl.ts';
import { forwardTo, type PortForward } from './port-forward.ts';

/** The address of a database as it is reached by a port forward: its only member, whatever it calls itself. */
const directUrl = (text: string, port: number): string => {
  const url = new URL(text);
  url.host = `127.0.0.1:${port}`;
  url.searchParams.delete('replicaSet');
  url.searchParams.set('directConnection', 'true');
  return url.href;
};

/**
 * Ways to the five databases and to the bus, as the environment of a program that works on them. Addresses that this
 * process is given itself count: databases that are not in the cluster are named by ORDERS_MONGO_URL and the like.
 */
export const openBooks = async (): Promise<{
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}> => {
  const forwards: PortForward[] = [];
  const to = async (service: string, port: number): Promise<number> => {
    const forward = await forwardTo(service, port);
    forwards.push(forward);
    return forward.port;
  };
  const close = async () => {
    await Promise.all(forwards.map((forward) => forward.close()));
  };
  try {
    const urls = await Promise.all(
      services.map(async (name) => {
        const variable = `${name.toUpperCase()}_MONGO_URL`;
        const given = process.env[variable] ?? '';
        if (given !== '') return [variable, given];
        const url = await secretValue(`${name}-mongo`, 'MONGO_URL');
        return [variable, directUrl(url, await to(`${name}-mongo`, 27017))];
      }),
    );
    const natsUrl = new URL(await secretValue('nats-secret', 'NATS_URL'));
    natsUrl.host = `127.0.0.1:${await to('nats', 4222)}`;
    return { env: { ...Object.fromEntries(urls), NATS_URL: natsUrl.href }, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/**
 * `npm run audit` on the product in the cluster.
 * @returns Whether its books are right; what is wrong is printed.
 */
export const auditCluster = async (): Promise<boolean> => {
  const books = await openBooks();
  const stripe = await forwardTo('stripe-sandbox', 4242);
  try {
    const { exitCode } = await execa(process.execPath, [join(root, 'scripts', 'audit.mjs')], {
      cwd: root,
      env: { ...books.env, STRIPE_HOST: `http://127.0.0.1:${stripe.port}` },
      stdin: 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
      reject: false,
    });
    return exitCode === 0;
  } finally {
    await Promise.all([books.close(), stripe.close()]);
  }
};
