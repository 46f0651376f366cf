import { rm } from 'node:fs/promises';
import { serversOfTheRun } from './servers-of-the-run.ts';

const tearDown = async (): Promise<void> => {
  await serversOfTheRun.others?.stop();
  await serversOfTheRun.mongo?.stop();
  if (serversOfTheRun.directory !== undefined) await rm(serversOfTheRun.directory, { recursive: true, force: true });
};

// oxlint-disable-next-line import/no-default-export -- Jest asks for it.
export default tearDown;
