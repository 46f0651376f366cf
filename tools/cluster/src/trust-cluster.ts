import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { kubectl, secretValue } from './kubectl.ts';

export interface Trust {
  /** Makes processes that are started with it trust the cluster's authority too. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Makes this process trust the authority of the component `tls`, whose certificates are also for the ends of port forwards. */
export const trustCluster = async (): Promise<Trust> => {
  if ((await kubectl('get', 'secret', 'server-tls', '--ignore-not-found', '--output=name')) === '')
    return { env: {}, close: async () => undefined };
  const authority = await secretValue('server-tls', 'ca.crt');
  setDefaultCACertificates([...new Set([...getCACertificates('default'), authority])]);
  const given = process.env['NODE_EXTRA_CA_CERTS'] ?? '';
  const directory = await mkdtemp(join(tmpdir(), 'ticketing-authority-'));
  const file = join(directory, 'ca.crt');
  await writeFile(file, [given === '' ? '' : await readFile(given, 'utf8'), authority].join('\n'));
  return {
    env: { NODE_EXTRA_CA_CERTS: file },
    close: () => rm(directory, { recursive: true, force: true }),
  };
};
