import {
  createDeadLetters,
  deadLetterCollection,
  type DeadLetter,
  type DeadLetters,
} from '@ticketing/common/messaging';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Databases } from '@ticketing/watchdog/books';
import { services, type ServiceName } from '@ticketing/watchdog/books';
import { table } from './table.ts';

/** What was asked for makes no sense; the message says what does. */
export class UsageError extends Error {
  constructor(problem: string) {
    super(`${problem}\n\n${usage}`);
    this.name = 'UsageError';
  }
}

/** No service has a letter of this id. */
export class UnknownLetterError extends Error {
  constructor(id: string) {
    super(`There is no dead letter ${id}; list shows those that are there`);
    this.name = 'UnknownLetterError';
  }
}

const usage = `npm run dead-letters -- <command> [--service ${services.join('|')}]
  list                what is set aside, oldest first
  show <id>           one of them, with the event's body
  replay <id>|--all   have its service handle it once more, and tell what became of it
  discard <id>|--all  remove it for good`;

interface Shelf {
  readonly service: ServiceName;
  readonly letters: DeadLetters;
}

export interface DeadLetterCommand {
  readonly databases: Databases;
  readonly args: readonly string[];
  readonly say: (line: string) => void;
  /** How long the outcome of a replay is waited for; 15 s unless told. */
  readonly withinMs?: number;
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { service: { type: 'string' }, all: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const shelvesOf = (databases: Databases, wanted: string | undefined): Shelf[] => {
  const chosen = services.filter((service) => wanted === undefined || service === wanted);
  if (chosen.length === 0) throw new UsageError(`There is no service ${wanted}`);
  return chosen.map((service) => ({
    service,
    letters: createDeadLetters(
      databases.of[service].collection<DeadLetter>(deadLetterCollection.name),
      () => new Date(),
    ),
  }));
};

const firstLine = (text: string): string => text.split('\n')[0]?.slice(0, 100) ?? '';

const list = async (shelves: readonly Shelf[], say: DeadLetterCommand['say']): Promise<number> => {
  const found = await Promise.all(
    shelves.map(async ({ service, letters }) => ({
      service,
      letters: await letters.list(),
      count: await letters.count(),
    })),
  );
  const rows = found.flatMap(({ service, letters }) =>
    letters.map(({ _id, at, status, failures, reason }) => [
      service,
      _id,
      at.toISOString(),
      status,
      failures,
      firstLine(reason),
    ]),
  );
  const total = found.reduce((sum, { count }) => sum + count, 0);
  if (rows.length === 0) {
    say('No event is set aside.');
    return 0;
  }
  say(table(['service', 'id', 'set aside at', 'status', 'failures', 'reason'], rows));
  if (total > rows.length) say(`and ${total - rows.length} more, which come into sight as these are dealt with`);
  return 0;
};

/** The letter and where it lies. @throws UnknownLetterError */
const find = async (shelves: readonly Shelf[], id: string): Promise<{ shelf: Shelf; letter: DeadLetter }> => {
  for (const shelf of shelves) {
    const letter = await shelf.letters.show(id);
    if (letter !== undefined) return { shelf, letter };
  }
  throw new UnknownLetterError(id);
};

const pretty = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
};

const show = async (shelves: readonly Shelf[], id: string, say: DeadLetterCommand['say']): Promise<number> => {
  const { shelf, letter } = await find(shelves, id);
  const { body, ...rest } = letter;
  say(`service: ${shelf.service}`);
  for (const [name, value] of Object.entries(rest)) {
    say(`${name}: ${value instanceof Date ? value.toISOString() : String(value)}`);
  }
  say(`body:\n${pretty(body)}`);
  return 0;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

type Chosen = readonly { readonly shelf: Shelf; readonly ids: readonly string[] | 'all' }[];

const choose = async (shelves: readonly Shelf[], id: string | undefined, all: boolean): Promise<Chosen> => {
  if ((id === undefined) !== all) throw new UsageError('Name one id, or --all');
  if (id === undefined) return shelves.map((shelf) => ({ shelf, ids: 'all' as const }));
  const { shelf } = await find(shelves, id);
  return [{ shelf, ids: [id] }];
};

/** The chosen letters that are still there; of very many, the oldest of each service and how many there are. */
const whatIsLeft = async (chosen: Chosen): Promise<{ letters: DeadLetter[]; count: number }> => {
  const parts = await Promise.all(
    chosen.map(async ({ shelf, ids }) => {
      const letters = (await shelf.letters.list()).filter(({ _id }) => ids === 'all' || ids.includes(_id));
      return { letters, count: ids === 'all' ? await shelf.letters.count() : letters.length };
    }),
  );
  return { letters: parts.flatMap(({ letters }) => letters), count: sum(parts.map(({ count }) => count)) };
};

/** Marked letters are gone once they are handled, and wait again once they have failed. */
const replay = async (chosen: Chosen, command: DeadLetterCommand): Promise<number> => {
  const { say } = command;
  const marked = sum(await Promise.all(chosen.map(({ shelf, ids }) => shelf.letters.replay(ids))));
  if (marked === 0) {
    say('Nothing waits to be replayed.');
    return 0;
  }
  const end = performance.now() + (command.withinMs ?? 15_000);
  for (;;) {
    const left = await whatIsLeft(chosen);
    const underWay = left.letters.filter(({ status }) => status === 'replaying').length;
    if (underWay > 0 && performance.now() < end) {
      await delay(250);
      continue;
    }
    say(`${Math.max(0, marked - left.count)} of ${marked} handled`);
    for (const { _id, status, reason } of left.letters) {
      say(status === 'waiting' ? `${_id} failed again: ${firstLine(reason)}` : `${_id} is still to be taken up`);
    }
    if (underWay > 0) say('Their service takes them up as soon as it runs and its database is there.');
    return left.count === 0 ? 0 : 1;
  }
};

const discard = async (chosen: Chosen, say: DeadLetterCommand['say']): Promise<number> => {
  const removed = sum(await Promise.all(chosen.map(({ shelf, ids }) => shelf.letters.discard(ids))));
  say(`${removed} discarded`);
  return 0;
};

/**
 * Looks at dead letters and decides about them. Answers the exit code: 1 when a replay did not succeed.
 * @throws UsageError, UnknownLetterError
 */
export const runDeadLetterCommand = async (command: DeadLetterCommand): Promise<number> => {
  const { values, positionals } = parse(command.args);
  const [action, id, ...more] = positionals;
  const shelves = shelvesOf(command.databases, values.service);
  if (more.length > 0) throw new UsageError(`${more.join(' ')} is too much: one id at a time`);
  switch (action) {
    case 'list':
      return list(shelves, command.say);
    case 'show':
      if (id === undefined) throw new UsageError('show needs an id');
      return show(shelves, id, command.say);
    case 'replay':
      return replay(await choose(shelves, id, values.all === true), command);
    case 'discard':
      return discard(await choose(shelves, id, values.all === true), command.say);
    case undefined:
      throw new UsageError('Say what to do');
    default:
      throw new UsageError(`There is no command ${action}`);
  }
};
