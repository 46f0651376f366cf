import { expect, test } from '@jest/globals';
import { createRandom } from '../random.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultKinds } from './kinds.ts';
import { planFaults, victims, type Fault } from './schedule.ts';

const plan = (seed: number, kills = 40, members = 1) =>
  planFaults(createRandom(seed), { orders: 500, kills, members, hasDisks: true });

/** The kinds of faults that a product with this many members of its stores can have. */
const kindsFor = (members: number): string[] =>
  Object.entries(faultKinds)
    .filter(
      ([, { needs }]) =>
        needs === undefined || needs === 'disks' || needs === (members > 1 ? 'clusters' : 'single stores'),
    )
    .map(([kind]) => kind);

test("When there is a kind of fault, then README's tables describe it, in the same order", () => {
  const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
  const faults = readme.slice(readme.indexOf('**Faults:**'), readme.indexOf('## Results'));
  const rows = [...faults.matchAll(/^\| ([a-z ]+) \|/gm)].map(([, kind]) => kind);
  expect(rows.filter((kind) => kind !== 'fault')).toEqual(Object.keys(faultKinds));
});

test('When the seed is the same, then the schedule is the same, and different for another seed', () => {
  expect(plan(7)).toEqual(plan(7));
  expect(plan(7)).not.toEqual(plan(8));
});

test.each([1, 2, 3, 40_000])(
  'When forty kills are planned with seed %i, then every kind of fault and every victim occurs',
  (seed) => {
    const faults = plan(seed).map(({ fault }) => fault);
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(kindsFor(1)));
    const killed = faults.flatMap((fault) => (fault.kind === 'kill' ? [fault.victim] : []));
    expect(killed).toHaveLength(40);
    expect(new Set(killed)).toEqual(new Set(victims));
    expect(new Set(faults.flatMap((fault) => (fault.kind === 'outage' ? [fault.victim] : [])))).toEqual(
      new Set(['mongod', 'nats', 'redis']),
    );
    expect(new Set(faults.flatMap((fault) => (fault.kind === 'stripe' ? [fault.problem] : [])))).toEqual(
      new Set(['network_before_charge', 'network_after_charge', 'http_500', 'http_429', 'timeout']),
    );
  },
);

test('When clocks differ, then by at most thirty seconds from the true time, and when one jumps, then by minutes', () => {
  const faults = plan(5, 400).map(({ fault }) => fault);
  for (const fault of faults) {
    if (fault.kind === 'clock') expect(Math.abs(fault.offsetMs)).toBeLessThanOrEqual(30_000);
    if (fault.kind === 'jump') expect(Math.abs(fault.offsetMs)).toBeGreaterThanOrEqual(60_000);
  }
  const jumps = faults.flatMap((fault) => (fault.kind === 'jump' ? [Math.sign(fault.offsetMs)] : []));
  expect(new Set(jumps)).toEqual(new Set([1, -1]));
});

test('When no fault may last for more than forty seconds, then none does, and no message is later', () => {
  const options = { orders: 500, kills: 400, members: 3, hasDisks: true };
  const longestMs = 40_000;
  const [whole, shortened] = [options, { ...options, longestMs }].map((size) =>
    planFaults(createRandom(6), size).map(({ fault }) => fault),
  );
  const lasting = (faults: readonly Fault[] | undefined) =>
    (faults ?? []).filter(
      (fault) => ('ms' in fault && fault.ms > longestMs) || (fault.kind === 'late bus' && fault.late.byMs > longestMs),
    );
  expect(lasting(whole).length).toBeGreaterThan(10);
  expect(lasting(shortened)).toEqual([]);
  expect(new Set(shortened?.map(({ kind }) => kind))).toEqual(new Set(whole?.map(({ kind }) => kind)));
});

const described = (fault: Fault): string => {
  if (fault.kind === 'leader') return `${fault.store} ${fault.how}`;
  if (fault.kind === 'minority') return `${fault.store} away`;
  if (fault.kind === 'partition' || fault.kind === 'link') return `${fault.store} ${fault.kind} ${fault.state}`;
  return fault.kind;
};

test.each([1, 2, 3])(
  'When the stores have three members, then with seed %i all that only clusters have is planned',
  (seed) => {
    const faults = plan(seed, 40, 3).map(({ fault }) => described(fault));
    const expected = ['mongod', 'nats'].flatMap((store) => [
      ...['killed', 'frozen', 'away'].map((how) => `${store} ${how}`),
      ...['partition', 'link'].flatMap((kind) =>
        ['slow', 'silent', 'one-way', 'cut'].map((state) => `${store} ${kind} ${state}`),
      ),
    ]);
    expect(faults).toEqual(expect.arrayContaining([...expected, 'election']));
    expect(new Set(plan(seed, 40, 3).map(({ fault }) => fault.kind))).toEqual(new Set(kindsFor(3)));
  },
);
