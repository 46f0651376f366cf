import { MongoMemoryReplSet } from 'mongodb-memory-server-core';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@ticketing/launcher/find-program';
import { startBackingServers } from '@ticketing/launcher/backing-servers';
import { startedServers } from './started-servers.ts';

const isGiven = (name: string): boolean => (process.env[name] ?? '') !== '';
const log = (line: string) => process.stderr.write(`${line}\n`);

/** Starts the real MongoDB, NATS and Redis that the tests talk to, each unless its URL is in the environment. */
const setUp = async (): Promise<void> => {
  if (isGiven('MONGO_URL') && isGiven('NATS_URL') && isGiven('REDIS_URL')) return;
  const directory = await mkdtemp(join(tmpdir(), 'ticketing-test-'));
  startedServers.directory = directory;
  if (!isGiven('MONGO_URL')) {
    const program = await findProgram('mongod', { progress: log });
    if (program.kind === 'file') {
      startedServers.mongo = await MongoMemoryReplSet.create({
        binary: { systemBinary: program.path, version: program.version },
        replSet: { name: 'rs0', count: 1, storageEngine: 'wiredTiger', args: ['--wiredTigerCacheSizeGB', '0.5'] },
      });
      process.env['MONGO_URL'] = startedServers.mongo.getUri();
    }
  }
  const others = await startBackingServers({ dataDir: directory, env: process.env, log, progress: log });
  startedServers.others = others;
  Object.assign(process.env, { MONGO_URL: others.mongoUrl, NATS_URL: others.natsUrl, REDIS_URL: others.redisUrl });
};

// oxlint-disable-next-line import/no-default-export -- Jest asks for it.
export default setUp;
