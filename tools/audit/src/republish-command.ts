import { republications, requestRepublication, type Republication } from '@ticketing/common/messaging';
import { newId } from '@ticketing/common/mongo';
import type { ServiceName } from '@ticketing/watchdog/sources';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandRun } from './command-run.ts';
import { UsageError } from './usage-error.ts';

export const republishUsage = `npm run operator -- republish <ticket|order|charge|user> [id…]
  publishes the current state of every aggregate of this kind again, or of those with these ids`;

/** The service that owns each type of aggregate. */
const owners: ReadonlyMap<string, ServiceName> = new Map([
  ['ticket', 'tickets'],
  ['order', 'orders'],
  ['charge', 'payments'],
  ['user', 'auth'],
]);
const maxIds = 1_000;

/**
 * Asks the running service to republish, and waits until it has. Returns the exit code: 1 when it makes no progress.
 * @throws UsageError
 */
export const runRepublishCommand = async (command: CommandRun): Promise<number> => {
  const { databases, print, timeoutMs = 60_000 } = command;
  const [type, ...ids] = command.args;
  if (type === undefined) throw new UsageError('A type is missing', republishUsage);
  const owner = owners.get(type);
  if (owner === undefined) throw new UsageError(`There is no type ${type}`, republishUsage);
  if (ids.length > maxIds) throw new UsageError(`At most ${maxIds} ids at a time`, republishUsage);

  const collection = databases.of[owner].collection<Republication>(republications.name);
  const _id = `command-${newId()}`;
  await requestRepublication(collection, {
    _id,
    requestedAt: new Date(),
    aggregateType: type,
    ...(ids.length === 0 ? { since: new Date(0) } : { ids }),
  });
  let count = 0;
  for (let end = performance.now() + timeoutMs; performance.now() < end; await delay(250)) {
    const request = await collection.findOne({ _id });
    if (request === null) break;
    if (request.count > count) end = performance.now() + timeoutMs;
    count = request.count;
    if (request.doneAt !== undefined) {
      const missing = new Set(ids).size - count;
      const others = missing > 0 ? `; no ${type} has the other ${missing === 1 ? 'id' : 'ids'}` : '';
      print(`${count} ${type}${count === 1 ? '' : 's'} republished${others}`);
      return missing > 0 ? 1 : 0;
    }
  }
  print(`${count} republished so far; ${owner} continues once it runs and can reach its database and NATS`);
  return 1;
};
