import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { required } from '@ticketing/launcher/required';
import { services } from '@ticketing/launcher/topology';
import { openSources } from './audit-cluster.ts';
import { dumpDatabase, filledCollections, loadDatabase } from './copy-databases.ts';
import { dumpStream, loadStream, messagesInStream } from './copy-stream.ts';
import { whilePaused } from './pause-services.ts';

/** Contents of a backup. It is written last, so that an unfinished backup has none. */
const summary = z.object({
  madeAt: z.string(),
  documents: z.record(z.string(), z.record(z.string(), z.number())),
  messages: z.number(),
});
export type Summary = z.infer<typeof summary>;

const summaryFile = 'backup.json';

const urlOf = (env: Readonly<Record<string, string>>, name: string): string =>
  required(env[`${name.toUpperCase()}_MONGO_URL`], `database of ${name}`);

/**
 * Copies every service's database and the stream into an empty `directory`, while the services are scaled to zero.
 * @throws Error when it is not empty.
 */
export const backUp = async (directory: string, now: Date): Promise<Summary> => {
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0) throw new Error(`${directory} is not empty`);
  return whilePaused(async () => {
    const sources = await openSources();
    try {
      const documents: Record<string, Record<string, number>> = {};
      for (const name of services)
        documents[name] = await dumpDatabase(urlOf(sources.env, name), join(directory, name));
      const messages = await dumpStream(required(sources.env['NATS_URL'], 'NATS_URL'), directory);
      const made = { madeAt: now.toISOString(), documents, messages };
      await writeFile(join(directory, summaryFile), `${JSON.stringify(made, null, 2)}\n`);
      return made;
    } finally {
      await sources.close();
    }
  });
};

/**
 * Restores a backup into a deployed cluster whose stores are empty. Timers are set again from the events.
 * @throws Error when a store is not empty, or when the backup was not restored completely.
 */
export const restore = async (directory: string): Promise<Summary> => {
  const expected = summary.parse(JSON.parse(await readFile(join(directory, summaryFile), 'utf8')));
  return whilePaused(async (pause) => {
    const sources = await openSources();
    try {
      for (const name of services) {
        const filled = await filledCollections(urlOf(sources.env, name));
        if (filled.length > 0) throw new Error(`The database of ${name} is not empty: ${filled.join(', ')}`);
      }
      const natsUrl = required(sources.env['NATS_URL'], 'NATS_URL');
      if (((await messagesInStream(natsUrl)) ?? 0) > 0) throw new Error('The stream is not empty');
      pause.leaveDownOnFailure();
      const documents: Record<string, Record<string, number>> = {};
      // A backup that is older than a service has no database of it.
      for (const name of Object.keys(expected.documents))
        documents[name] = await loadDatabase(urlOf(sources.env, name), join(directory, name));
      const messages = await loadStream(natsUrl, directory);
      if (JSON.stringify([documents, messages]) !== JSON.stringify([expected.documents, expected.messages]))
        throw new Error('The restored documents and messages differ from those in backup.json');
      return expected;
    } finally {
      await sources.close();
    }
  });
};

/** The summary as one line of text. */
export const describeSummary = ({ madeAt, documents, messages }: Summary): string => {
  const counts = Object.entries(documents).map(
    ([name, collections]) => `${name} ${Object.values(collections).reduce((total, count) => total + count, 0)}`,
  );
  return `made at ${madeAt}: documents of ${counts.join(', ')}; ${messages} events`;
};
