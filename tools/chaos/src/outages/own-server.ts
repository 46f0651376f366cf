import { startBackingServers } from '@ticketing/launcher/backing-servers';
import { required } from '@ticketing/launcher/required';
import { SupervisedProcess } from '@ticketing/launcher/supervised-process';

export type ServerName = 'mongod' | 'nats' | 'redis';

/** A backing server with the configuration of `npm start`, which this process can take away and bring back. */
export interface OwnServer {
  readonly url: string;
  /** kill -9, without a restart. */
  kill(): Promise<void>;
  /** Starts it again on its data; resolves when it is ready. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export const openOwnServer = async (
  name: ServerName,
  options: { readonly dataDir: string; readonly log: (line: string) => void },
): Promise<OwnServer> => {
  const { log } = options;
  const { processes } = await startBackingServers({ ...options, env: { PATH: process.env['PATH'] }, only: [name] });
  let current = required(processes[0], name);
  const { spec } = current;
  return {
    url: spec.url,
    kill: async () => {
      current.kill();
      await current.stop();
    },
    start: async () => {
      current = new SupervisedProcess(spec, { log, onChange: () => undefined }).start();
      await current.ready();
    },
    stop: () => current.stop(),
  };
};
