import { firstWords } from '../net/conversation.ts';

/** JetStream keeps its streams in files under `directory`, synced at its own interval. */
export const natsArguments = (options: { readonly port: number; readonly directory: string }): string[] => [
  '--addr',
  '127.0.0.1',
  '--port',
  String(options.port),
  '--jetstream',
  '--store_dir',
  options.directory,
];

/** The cluster id is the one that services ask for; heartbeats are short, so that a dead replica's work moves on soon. */
export const natsStreamingArguments = (options: { readonly port: number; readonly directory: string }): string[] => [
  '--addr=127.0.0.1',
  `--port=${options.port}`,
  '--cluster_id=ticketing',
  '--store=file',
  `--dir=${options.directory}`,
  '--max_channels=0',
  '--max_msgs=0',
  '--max_bytes=0',
  '--hb_interval=1s',
  '--hb_timeout=1s',
  '--hb_fail_count=2',
];

const greeting = async (host: string, port: number, withinMs: number): Promise<string> => {
  const words = await firstWords({ host, port }, '', withinMs);
  if (!words.startsWith('INFO ')) throw new Error('what answers there is no NATS server');
  return words;
};

export const isNatsReady = async (port: number): Promise<boolean> =>
  (await greeting('127.0.0.1', port, 1_000)).includes('"jetstream":true');

export const isNatsStreamingReady = async (port: number): Promise<boolean> =>
  (await greeting('127.0.0.1', port, 1_000)) !== '';

/** @throws Error that says why a broker cannot be used. */
export const checkNats = async (urls: string, bus: string): Promise<void> => {
  const problems: string[] = [];
  for (const text of urls.split(',')) {
    const url = new URL(text);
    try {
      const words = await greeting(url.hostname, Number(url.port === '' ? 4222 : url.port), 5_000);
      if (bus === 'jetstream' && !words.includes('"jetstream":true'))
        throw new Error('it runs without JetStream: start it with --jetstream');
      return;
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(problems.join('; '));
};
