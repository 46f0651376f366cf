import type { MongoMemoryReplSet } from 'mongodb-memory-server-core';
import type { BackingServers } from '@ticketing/launcher/backing-servers';

/** What the set-up has started and the tear-down ends. */
export const serversOfTheRun: {
  directory?: string;
  mongo?: MongoMemoryReplSet;
  others?: BackingServers;
} = {};
