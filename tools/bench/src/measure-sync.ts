import { createLogger } from '@ticketing/common/service';
import { createJetStreamTransport } from '@ticketing/common/messaging';
import { findProgram } from '@ticketing/launcher/find-program';
import { freePorts } from '@ticketing/launcher/free-ports';
import { required } from '@ticketing/launcher/required';
import { print } from '@ticketing/test/command-line';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** What `sync_interval: always` of NATS costs: acknowledged publications a second with it and without it, on this disk. */
const body = JSON.stringify({ text: 'x'.repeat(600) });
const concurrencies = [1, 16, 64] as const;
const seconds = 4;

const measure = async (url: string, concurrency: number): Promise<number> => {
  const transport = createJetStreamTransport({
    url,
    clientName: 'measure-sync',
    logger: createLogger({ service: 'measure-sync', level: 'silent' }),
  });
  while (!transport.isConnected()) await delay(20);
  const end = performance.now() + seconds * 1_000;
  const publish = async (): Promise<number> => {
    let count = 0;
    for (; performance.now() < end; count += 1)
      await transport.publish({ subject: 'ticket.updated', id: randomUUID(), body });
    return count;
  };
  const counts = await Promise.all(Array.from({ length: concurrency }, publish));
  await transport.close();
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
};

const withServer = async (settings: string): Promise<number[]> => {
  const program = await findProgram('nats');
  if (program.kind !== 'file') throw new Error('this measurement needs a nats-server outside a container');
  // On the disk of the working directory: /tmp may be in memory.
  const directory = await mkdtemp(join(process.cwd(), 'measure-sync-'));
  const port = required((await freePorts(1))[0], 'port');
  const config = join(directory, 'nats.conf');
  const store = `store_dir: ${JSON.stringify(directory)}, max_file_store: 1800MB`;
  await writeFile(config, `listen: 127.0.0.1:${port}\njetstream { ${store}${settings} }\n`);
  const server = spawn(program.path, ['--config', config], { stdio: 'ignore' });
  try {
    const rates: number[] = [];
    for (const concurrency of concurrencies) rates.push(await measure(`nats://127.0.0.1:${port}`, concurrency));
    return rates;
  } finally {
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
    await rm(directory, { recursive: true, force: true });
  }
};

const without = await withServer('');
const synced = await withServer(', sync_interval: always');
for (const [index, concurrency] of concurrencies.entries()) {
  const [fast, slow] = [required(without[index], 'rate'), required(synced[index], 'rate')];
  print(
    `${concurrency} at a time: ${Math.round(fast)}/s without, ${Math.round(slow)}/s with, ratio ${(slow / fast).toFixed(2)}`,
  );
}
