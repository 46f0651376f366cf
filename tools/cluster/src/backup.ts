import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { services } from '@ticketing/launcher/topology';
import { openBooks } from './audit.ts';
import { dumpDatabase, filledCollections, loadDatabase } from './copy-databases.ts';
import { dumpStream, loadStream, messagesInStream } from './copy-stream.ts';
import { whilePaused } from './pause-services.ts';

/** What a backup holds; written last, so that one that was broken off is none. */
const summary = z.object({
  madeAt: z.string(),
  documents: z.record(z.string(), z.record(z.string(), z.number())),
  messages: z.number(),
});
export type Summary = z.infer<typeof summary>;

const summaryFile = 'backup.json';

const urlOf = (env: Readonly<Record<string, string>>, name: string): string =>
  env[`${name.toUpperCase()}_MONGO_URL`] ?? '';

/**
 * Copies the five databases and the stream of the cluster into an empty `directory`, while the services pause.
 * @throws Error when it is not empty.
 */
export const backUp = async (directory: string, now: Date): Promise<Summary> => {
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0) throw new Error(`${directory} is not empty`);
  return whilePaused(async () => {
    const books = await openBooks();
    try {
      const documents: Record<string, Record<string, number>> = {};
      for (const name of services) documents[name] = await dumpDatabase(urlOf(books.env, name), join(directory, name));
      const messages = await dumpStream(books.env['NATS_URL'] ?? '', directory);
      const made = { madeAt: now.toISOString(), documents, messages };
      await writeFile(join(directory, summaryFile), `${JSON.stringify(made, null, 2)}\n`);
      return made;
    } finally {
      await books.close();
    }
  });
};

/**
 * Puts a backup into a cluster that was deployed and has nothing yet. Timers are armed again from the events.
 * @throws Error when something is there already, or when not all of the backup was put back.
 */
export const restore = async (directory: string): Promise<Summary> => {
  const expected = summary.parse(JSON.parse(await readFile(join(directory, summaryFile), 'utf8')));
  return whilePaused(async (pause) => {
    const books = await openBooks();
    try {
      for (const name of services) {
        const filled = await filledCollections(urlOf(books.env, name));
        if (filled.length > 0) throw new Error(`The database of ${name} is not empty: ${filled.join(', ')}`);
      }
      const natsUrl = books.env['NATS_URL'] ?? '';
      if (((await messagesInStream(natsUrl)) ?? 0) > 0) throw new Error('The stream is not empty');
      pause.leaveDownOnFailure();
      const documents: Record<string, Record<string, number>> = {};
      for (const name of services) documents[name] = await loadDatabase(urlOf(books.env, name), join(directory, name));
      const messages = await loadStream(natsUrl, directory);
      if (JSON.stringify([documents, messages]) !== JSON.stringify([expected.documents, expected.messages]))
        throw new Error('What was put back is not what the backup says that it holds');
      return expected;
    } finally {
      await books.close();
    }
  });
};

/** A summary as one line for people. */
export const inWords = ({ madeAt, documents, messages }: Summary): string => {
  const counts = Object.entries(documents).map(
    ([name, collections]) => `${name} ${Object.values(collections).reduce((total, count) => total + count, 0)}`,
  );
  return `made at ${madeAt}: documents of ${counts.join(', ')}; ${messages} events`;
};
