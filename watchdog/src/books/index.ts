export { openDatabases } from './databases.ts';
export type { Databases } from './databases.ts';
export { openBooks } from './open-books.ts';
export type { Addresses, Books } from './open-books.ts';
export { readBooks, UnreadableError } from './read-books.ts';
export type { Reading } from './reading.ts';
export { services } from './records.ts';
export type { ServiceName } from './records.ts';
