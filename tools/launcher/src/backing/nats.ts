import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { probe } from '../net/probe.ts';
import type { ServerOptions } from './server-options.ts';
import { isAtLeast } from './versions.ts';

/** The first version that can sync before it acknowledges. An older one refuses to start with the setting. */
const syncsSince = '2.10';

/** Members know each other by these names: their ports change. */
const nameOf = (member: number): string => `nats-${member}`;

const clusterLines = ({ member, clusterPort, memberPorts }: ServerOptions): string[] => [
  `server_name: ${nameOf(member)}`,
  'cluster {',
  '  name: ticketing',
  `  listen: 127.0.0.1:${clusterPort}`,
  // Clients know all members from NATS_URL.
  '  no_advertise: true',
  `  routes: [${memberPorts.map((port) => `"nats://127.0.0.1:${port}"`).join(', ')}]`,
  '}',
];

/**
 * JetStream stores its streams in files below `directory`, syncs them before it acknowledges a message, and has the same
 * bound as in a cluster. Some of this can be set in a file only.
 */
export const natsArguments = async (options: ServerOptions): Promise<string[]> => {
  const file = join(options.directory, 'nats.conf');
  const lines = [
    `listen: 127.0.0.1:${options.port}`,
    `http: 127.0.0.1:${options.monitorPort}`,
    ...(options.memberPorts.length > 1 ? clusterLines(options) : []),
    'jetstream {',
    `  store_dir: ${JSON.stringify(options.directory)}`,
    '  max_file_store: 1800MB',
    ...(isAtLeast(options.version, syncsSince) ? ['  sync_interval: always'] : []),
    '}',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return ['--config', file];
};

/** The services connect to this cluster id. Heartbeats are short, so that a dead replica's messages are soon redelivered. */
export const natsStreamingArguments = (options: ServerOptions): string[] => [
  '--addr=127.0.0.1',
  `--port=${options.port}`,
  '--cluster_id=ticketing',
  '--store=file',
  `--dir=${options.directory}`,
  '--max_channels=0',
  '--max_msgs=0',
  // NATS Streaming neither purges nor rejects: of a full channel it drops the oldest message.
  `--max_bytes=${256 * 1024 * 1024}`,
  '--hb_interval=1s',
  '--hb_timeout=1s',
  '--hb_fail_count=2',
];

/** The INFO line that a NATS server sends to each new connection. */
const readInfo = async (host: string, port: number, timeoutMs: number): Promise<string> => {
  const info = await probe({ host, port }, '', timeoutMs);
  if (!info.startsWith('INFO ')) throw new Error('the server at this address is not NATS');
  return info;
};

export const isNatsReady = async (port: number): Promise<boolean> =>
  (await readInfo('127.0.0.1', port, 1_000)).includes('"jetstream":true');

const healthShape = z.object({ error: z.string().optional() });

/**
 * Once a write has failed, as on a full disk, NATS stores nothing more until it is restarted, whatever room there is then:
 * it disables JetStream, or since 2.12 repeats the error of that write.
 * @returns the error, if there was one.
 */
export const findNatsFailure = async (monitorPort: number): Promise<string | undefined> => {
  const readHealth = async (query: string): Promise<string | undefined> => {
    const response = await fetch(`http://127.0.0.1:${monitorPort}/healthz${query}`, {
      signal: AbortSignal.timeout(2_000),
    });
    return healthShape.parse(await response.json()).error;
  };
  const disabled = await readHealth('?js-enabled-only=true');
  if (disabled !== undefined) return disabled;
  // Other errors pass: a member of a cluster has yet to catch up, for example.
  const error = await readHealth('');
  return error !== undefined && /write error|no space left/.test(error) ? error : undefined;
};

export const isNatsStreamingReady = async (port: number): Promise<boolean> =>
  (await readInfo('127.0.0.1', port, 1_000)) !== '';

/** @throws Error with the reason why the broker cannot be used. */
export const checkNats = async (urls: string, bus: string): Promise<void> => {
  const problems: string[] = [];
  for (const text of urls.split(',')) {
    const url = new URL(text);
    try {
      const info = await readInfo(url.hostname, Number(url.port === '' ? 4222 : url.port), 5_000);
      if (bus === 'jetstream' && !info.includes('"jetstream":true'))
        throw new Error('it runs without JetStream: start it with --jetstream');
      return;
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(problems.join('; '));
};
