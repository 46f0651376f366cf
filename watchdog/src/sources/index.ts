export { openDatabases } from './databases.ts';
export type { Databases } from './databases.ts';
export { readLedgerWithWaiting } from './ledger.ts';
export { openSources } from './open-sources.ts';
export type { Addresses, Sources } from './open-sources.ts';
export { perService, services } from './services.ts';
export type { ServiceName } from './services.ts';
export { UnreadableError } from './unreadable-error.ts';
