import type { MongoMemoryReplSet } from 'mongodb-memory-server-core';
import type { BackingServers } from '../backing/start-backing-servers.ts';

/** What the set-up has started and the tear-down ends. */
export const serversOfTheRun: {
  directory?: string;
  mongo?: MongoMemoryReplSet;
  others?: BackingServers;
} = {};
