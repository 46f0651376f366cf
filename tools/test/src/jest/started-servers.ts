import type { MongoMemoryReplSet } from 'mongodb-memory-server-core';
import type { BackingServers } from '@ticketing/launcher/backing-servers';

/** The servers that global-setup.ts has started and global-teardown.ts stops. */
export const startedServers: {
  directory?: string;
  mongo?: MongoMemoryReplSet;
  others?: BackingServers;
} = {};
