import {
  createDeadLetters,
  deadLetterCollection,
  type DeadLetter,
  type DeadLetters,
} from '@ticketing/common/messaging';
import { services, type Databases, type ServiceName } from '@ticketing/watchdog/sources';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { formatTable } from './format-table.ts';
import type { CommandRun } from './command-run.ts';
import { NotFoundError } from './not-found-error.ts';
import { printable } from './printable.ts';
import { UsageError } from './usage-error.ts';

export const deadLettersUsage = `npm run operator -- dead-letters <command> [--service ${services.join('|')}]
  list                list the dead letters and, apart from them, the parked events, oldest first
  show <id>           show one of them, with the event's body
  replay <id>|--all   have its service handle it again, and show the outcome
  discard <id>|--all  delete it for good`;

interface ServiceLetters {
  readonly service: ServiceName;
  readonly letters: DeadLetters;
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { service: { type: 'string' }, all: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), deadLettersUsage);
  }
};

const openLetters = (databases: Databases, wanted: string | undefined): ServiceLetters[] => {
  const selected = services.filter((service) => wanted === undefined || service === wanted);
  if (selected.length === 0) throw new UsageError(`There is no service ${wanted}`, deadLettersUsage);
  return selected.map((service) => ({
    service,
    letters: createDeadLetters(
      databases.of[service].collection<DeadLetter>(deadLetterCollection.name),
      () => new Date(),
    ),
  }));
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 100);

const listed = (found: readonly { readonly service: ServiceName; readonly letters: readonly DeadLetter[] }[]): string =>
  formatTable(
    ['service', 'id', 'since', 'status', 'failures', 'reason'],
    found.flatMap(({ service, letters }) =>
      letters.map(({ _id, at, status, failures, reason }) => [
        service,
        _id,
        at.toISOString(),
        status,
        failures,
        inOneLine(reason),
      ]),
    ),
  );

const list = async (all: readonly ServiceLetters[], print: CommandRun['print']): Promise<number> => {
  const found = await Promise.all(
    all.map(async ({ service, letters }) => ({
      service,
      letters: await letters.list(),
      parked: await letters.listParked(),
      count: await letters.count(),
    })),
  );
  const more = {
    deadLetters: sum(found.map(({ count, letters }) => Math.max(0, count.deadLetters - letters.length))),
    parked: sum(found.map(({ count, parked }) => Math.max(0, count.parked - parked.length))),
  };
  if (found.every(({ letters }) => letters.length === 0)) print('There are no dead letters.');
  else print(listed(found));
  if (more.deadLetters > 0)
    print(`and ${more.deadLetters} more, which are listed once these are replayed or discarded`);
  if (found.every(({ parked }) => parked.length === 0)) return 0;
  print('\nParked, until a replica of a newer version that knows their values handles them:');
  print(listed(found.map(({ service, parked }) => ({ service, letters: parked }))));
  if (more.parked > 0) print(`and ${more.parked} more`);
  return 0;
};

/** @throws NotFoundError */
const find = async (
  all: readonly ServiceLetters[],
  id: string,
): Promise<{ readonly owner: ServiceLetters; readonly letter: DeadLetter }> => {
  for (const owner of all) {
    const letter = await owner.letters.show(id);
    if (letter !== undefined) return { owner, letter };
  }
  throw new NotFoundError(`There is no dead letter ${id}; list shows those that exist`);
};

const prettyJson = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
};

const show = async (all: readonly ServiceLetters[], id: string, print: CommandRun['print']): Promise<number> => {
  const { owner, letter } = await find(all, id);
  const { body, ...rest } = letter;
  print(`service: ${owner.service}`);
  for (const [name, value] of Object.entries(rest)) {
    print(`${name}: ${value instanceof Date ? value.toISOString() : String(value)}`);
  }
  print(`body:\n${prettyJson(body)}`);
  return 0;
};

type Selection = readonly { readonly letters: DeadLetters; readonly ids: readonly string[] | 'all' }[];

const select = async (all: readonly ServiceLetters[], id: string | undefined, isAll: boolean): Promise<Selection> => {
  if ((id === undefined) !== isAll) throw new UsageError('Name one id, or --all', deadLettersUsage);
  if (id === undefined) return all.map(({ letters }) => ({ letters, ids: 'all' as const }));
  const { owner } = await find(all, id);
  return [{ letters: owner.letters, ids: [id] }];
};

/** The selected letters that still exist: how many, and the oldest of each service. */
const readRemaining = async (
  selection: Selection,
): Promise<{ readonly oldest: DeadLetter[]; readonly count: number }> => {
  const parts = await Promise.all(
    selection.map(async ({ letters, ids }) => {
      const oldest = (await letters.list()).filter(({ _id }) => ids === 'all' || ids.includes(_id));
      return { oldest, count: ids === 'all' ? (await letters.count()).deadLetters : oldest.length };
    }),
  );
  return { oldest: parts.flatMap(({ oldest }) => oldest), count: sum(parts.map(({ count }) => count)) };
};

/** Marks letters for replay. Their services then delete each letter that they handle; one that fails waits again. */
const replay = async (selection: Selection, command: CommandRun): Promise<number> => {
  const { print } = command;
  const marked = sum(await Promise.all(selection.map(({ letters, ids }) => letters.replay(ids))));
  if (marked === 0) {
    print('There is nothing to replay.');
    return 0;
  }
  const end = performance.now() + (command.timeoutMs ?? 15_000);
  for (;;) {
    const remaining = await readRemaining(selection);
    const isReplaying = remaining.oldest.some(({ status }) => status === 'replaying');
    if (isReplaying && performance.now() < end) {
      await delay(250);
      continue;
    }
    print(`${Math.max(0, marked - remaining.count)} of ${marked} handled`);
    for (const { _id, status, reason } of remaining.oldest) {
      print(status === 'waiting' ? `${_id} failed again: ${inOneLine(reason)}` : `${_id} is not handled yet`);
    }
    if (isReplaying) print('Their services handle the others once they run and can reach their databases.');
    return remaining.count === 0 ? 0 : 1;
  }
};

const discard = async (selection: Selection, print: CommandRun['print']): Promise<number> => {
  const removed = sum(await Promise.all(selection.map(({ letters, ids }) => letters.discard(ids))));
  print(`${removed} discarded`);
  return 0;
};

/**
 * Lists, shows, replays or discards dead letters; it waits 15 s for the outcome of a replay. Returns the exit code: 1 when a
 * replay did not succeed.
 * @throws UsageError, NotFoundError
 */
export const runDeadLetterCommand = async (wanted: CommandRun): Promise<number> => {
  // Events contain texts of users.
  const command = { ...wanted, print: (line: string) => wanted.print(printable(line)) };
  const { values, positionals } = parse(command.args);
  const [action, id, ...more] = positionals;
  const letters = openLetters(command.databases, values.service);
  if (more.length > 0) throw new UsageError(`Unexpected ${more.join(' ')}: name one id at a time`, deadLettersUsage);
  switch (action) {
    case 'list':
      return list(letters, command.print);
    case 'show':
      if (id === undefined) throw new UsageError('show needs an id', deadLettersUsage);
      return show(letters, id, command.print);
    case 'replay':
      return replay(await select(letters, id, values.all === true), command);
    case 'discard':
      return discard(await select(letters, id, values.all === true), command.print);
    case undefined:
      throw new UsageError('A command is missing', deadLettersUsage);
    default:
      throw new UsageError(`There is no command ${action}`, deadLettersUsage);
  }
};
