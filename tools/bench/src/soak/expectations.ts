import type { Expectation } from './judge.ts';
import { isCounted, isNode, type Group } from './sampler.ts';

const KB = 1_024;
const MB = 1_024 * KB;

const grows = (perJourney: number, because: string): Expectation => ({ kind: 'grows', perJourney, because });
const atMost = (value: number, because: string): Expectation => ({ kind: 'at most', value, because });
const ended = grows(120, 'of a sign-out, until its token expires, 7 days');

/** The figures are about twice what a journey takes: with its indexes, and with the share of journeys that do so. */
const notFlat: Readonly<Record<string, Expectation>> = {
  'memory mongod': atMost(1_100 * MB, 'its cache takes 512 MB of it'),
  'live memory stripe-sandbox': grows(8 * KB, 'it knows the place of each object in its journal'),
  'live memory watchdog': grows(2 * KB, 'charges and refunds that it compares, 20,000 of each'),
  'database auth': grows(0.5 * KB, 'sessions'),
  'collection auth.sessions': grows(0.4 * KB, 'of a sign-in, for 7 days'),
  'database tickets': grows(16 * KB, 'tickets and events'),
  'collection tickets.tickets': grows(10 * KB, 'for good'),
  'collection tickets.events': grows(5 * KB, 'without a date for good; every ticket is of another event here'),
  'collection tickets.files': grows(0.5 * KB, 'for good; one in 16 sellers uploads a small one'),
  'collection tickets.codes': grows(150, 'for good'),
  'collection tickets.session-endings': ended,
  'database orders': grows(5 * KB, 'orders, and copies of tickets'),
  'collection orders.orders': grows(4 * KB, 'for good'),
  'collection orders.tickets': grows(1 * KB, 'for good'),
  'collection orders.session-endings': ended,
  'database expiration': grows(2 * KB, 'timers'),
  'collection expiration.timers': grows(2 * KB, 'until a day after the order has ended or its ticket was delivered'),
  'database payments': grows(5 * KB, 'charges and their ledger'),
  'collection payments.payments': grows(4 * KB, 'for good'),
  'collection payments.ledger': grows(1 * KB, 'for good'),
  'collection payments.session-endings': ended,
  'database notifications': grows(4 * KB, 'mails and what they are about'),
  'collection notifications.mail-jobs': grows(2.5 * KB, 'for 30 days'),
  'collection notifications.sales': grows(1.5 * KB, 'for 7 days'),
  'store stream TICKETING-SESSIONS': grows(100, 'of a sign-out, for 7 days, 45 MB at most'),
  'store cache of mongod': atMost(512 * MB, 'as it is started'),
  'folder mongod': grows(60 * KB, 'the databases, and the oplog up to its bound'),
  'folder nats': atMost(64 * MB, 'a file of messages is deleted once all of them are'),
  'folder redis': atMost(160 * MB, 'the append-only file is rewritten at 64 MB, or at twice its size'),
  'folder stripe-sandbox': grows(6 * KB, 'its journal'),
  'folder mailbox': atMost(21 * MB, 'the newest 1,000 mails in 20 MB'),
  'folder logs': grows(100, 'warnings; a log is rotated when its process starts'),
};

/**
 * An index or a queue that is nearly empty grows by blocks, and pools open a connection or two, which they keep: a line fitted to a step of
 * two in the middle rises by three.
 */
const flat = (group: Group): Expectation =>
  isCounted(group) ? { kind: 'flat', smallStep: 3, mayGain: 3 } : { kind: 'flat', smallStep: 256 * KB };

/** What this series may do, when a Node process may have a heap of `heapMb`. */
export const expectationOf = (group: Group, name: string, heapMb: number): Expectation => {
  // V8 takes what it may, and returns it when it likes: live memory is what must be flat.
  if (group === 'memory' && isNode(name)) return atMost(2 * heapMb * MB, 'twice its heap');
  return notFlat[`${group} ${name}`] ?? flat(group);
};
