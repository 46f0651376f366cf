/** What can be away: a server, the database of one service, or every process of a service. */
export const parts = ['nats', 'payments-db', 'orders-db', 'redis', 'payments'] as const;
export type Part = (typeof parts)[number];

export interface PlannedOutage {
  readonly name: string;
  readonly part: Part;
  readonly seconds: number;
}

/** Lasts past every deadline, longer than any retry waits, and longer than an idle consumer's grace. */
const durations = { '3s': 3, '75s': 75, '10m': 600 } as const;
type Duration = keyof typeof durations;

const often: Readonly<Record<Duration, number>> = { '3s': 5, '75s': 2, '10m': 1 };
const once: Readonly<Record<Duration, number>> = { '3s': 1, '75s': 1, '10m': 0 };

const isDuration = (name: string): name is Duration => Object.hasOwn(durations, name);
const durationNames = Object.keys(durations).filter(isDuration);

/** Names that `--only` takes. */
export const outageNames = parts.flatMap((part) => durationNames.map((duration) => `${part}-${duration}`));

/**
 * Plans the outages: NATS 3 s five times, 75 s twice and 10 min once, each other part 3 s and 75 s; with `all` each other
 * part as often as NATS. `only` selects by name, or by the part alone; an outage that is named is run at least once.
 */
export const planOutages = (options: {
  readonly all: boolean;
  readonly only?: readonly string[] | undefined;
}): PlannedOutage[] =>
  parts.flatMap((part) =>
    durationNames.flatMap((duration) => {
      const name = `${part}-${duration}`;
      const { all, only } = options;
      const isNamed = only?.includes(name) === true;
      if (only !== undefined && !isNamed && !only.includes(part)) return [];
      const times = (part === 'nats' || all ? often : once)[duration];
      return Array.from({ length: Math.max(times, isNamed ? 1 : 0) }, () => ({
        name,
        part,
        seconds: durations[duration],
      }));
    }),
  );
