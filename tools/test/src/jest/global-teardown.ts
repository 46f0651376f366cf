import { rm } from 'node:fs/promises';
import { startedServers } from './started-servers.ts';

const tearDown = async (): Promise<void> => {
  await startedServers.others?.stop();
  await startedServers.mongo?.stop();
  if (startedServers.directory !== undefined) await rm(startedServers.directory, { recursive: true, force: true });
};

// oxlint-disable-next-line import/no-default-export -- Jest asks for it.
export default tearDown;
