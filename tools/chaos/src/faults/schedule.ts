import type { BusFaults, LateBus } from '../inject/faults.ts';
import type { Random } from '../random.ts';
import type { LinkState } from '../network/links.ts';
import type { Store } from './stores.ts';

/** Processes that can be killed or frozen. */
export const victims = [
  'auth',
  'tickets',
  'orders',
  'expiration',
  'payments',
  'notifications',
  'client',
  'router',
  'mongod',
  'nats',
  'redis',
  'stripe-sandbox',
  'watchdog',
] as const;
export type Victim = (typeof victims)[number];

export type StripeProblem = 'network_before_charge' | 'network_after_charge' | 'http_500' | 'http_429' | 'timeout';

const disturbances = ['slow', 'silent', 'one-way', 'cut'] as const satisfies readonly LinkState[];
type Disturbed = (typeof disturbances)[number];

/** `draw`, from 0 to 1, chooses one of the victim's replicas when the fault happens. */
export type Fault =
  | { readonly kind: 'kill'; readonly victim: Victim; readonly draw: number }
  /** SIGSTOP, and SIGCONT after `ms`. */
  | { readonly kind: 'freeze'; readonly victim: Victim; readonly draw: number; readonly ms: number }
  /** All members killed after every restart for `ms`. */
  | { readonly kind: 'outage'; readonly victim: 'mongod' | 'nats' | 'redis'; readonly ms: number }
  /** One member of a cluster killed after every restart for `ms`: the others are a majority. */
  | { readonly kind: 'minority'; readonly store: Store; readonly draw: number; readonly ms: number }
  /** The member that takes all writes: killed, or frozen for `ms`, after which it believes for a moment that it still leads. */
  | { readonly kind: 'leader'; readonly store: Store; readonly how: 'killed' | 'frozen'; readonly ms: number }
  /** A member and the other ones do not reach each other, while services reach all. */
  | {
      readonly kind: 'partition';
      readonly store: Store;
      readonly draw: number;
      readonly state: Disturbed;
      readonly ms: number;
    }
  /** One service does not reach a member. */
  | {
      readonly kind: 'link';
      readonly service: string;
      readonly store: Store;
      readonly draw: number;
      readonly state: Disturbed;
      readonly ms: number;
    }
  /** The primary of MongoDB gives way to another member. */
  | { readonly kind: 'election' }
  /** A durable consumer of the stream is deleted. */
  | { readonly kind: 'consumer'; readonly draw: number }
  /** The event loops of all replicas of a service stand still, while their connections stay open. */
  | { readonly kind: 'stall'; readonly service: string; readonly ms: number }
  /** No replica of one service reaches MongoDB, while the other services do. */
  | { readonly kind: 'database'; readonly service: string; readonly state: Disturbed; readonly ms: number }
  /** One replica of a service runs the next version for `ms`, and the present one again. */
  | { readonly kind: 'versions'; readonly service: string; readonly draw: number; readonly ms: number }
  /** The stream of events is at its limit. */
  | { readonly kind: 'full stream'; readonly ms: number }
  /** A member cannot write its data. */
  | { readonly kind: 'full disk'; readonly store: Store; readonly draw: number; readonly ms: number }
  /** NATS gets back its data of `ms` ago: it has forgotten what it has acknowledged since. */
  | { readonly kind: 'store put back'; readonly ms: number }
  | { readonly kind: 'empty redis' }
  | { readonly kind: 'bus'; readonly faults: BusFaults; readonly ms: number }
  /** For `ms` some messages are later than all timeouts. It lasts until they have arrived. */
  | { readonly kind: 'late bus'; readonly late: LateBus; readonly ms: number }
  | { readonly kind: 'stripe'; readonly problem: StripeProblem }
  | { readonly kind: 'slow stripe'; readonly delayMs: number; readonly ms: number }
  /** The clocks of a service's replicas differ: that of the first is ahead by `offsetMs`, that of the last behind by as much. */
  | { readonly kind: 'clock'; readonly service: string; readonly offsetMs: number; readonly ms: number }
  /** The clock of one replica is set ahead by `offsetMs`, or back, and after `ms` set right. */
  | {
      readonly kind: 'jump';
      readonly service: string;
      readonly draw: number;
      readonly offsetMs: number;
      readonly ms: number;
    };

export interface PlannedFault {
  /** The number of acknowledged orders at which it happens. */
  readonly atOrder: number;
  readonly fault: Fault;
}

const weights: readonly (readonly [number, Victim])[] = [
  [10, 'auth'],
  [22, 'tickets'],
  [24, 'orders'],
  [18, 'expiration'],
  [26, 'payments'],
  [6, 'notifications'],
  [4, 'client'],
  [4, 'router'],
  [8, 'mongod'],
  [9, 'nats'],
  [7, 'redis'],
  [5, 'stripe-sandbox'],
  [3, 'watchdog'],
];

const stripeProblems: readonly StripeProblem[] = [
  'network_before_charge',
  'network_after_charge',
  'http_500',
  'http_429',
  'timeout',
];

const clockServices = ['auth', 'tickets', 'orders', 'expiration', 'payments'] as const;
const stallServices = [...clockServices, 'notifications'] as const;

/** One fault of another kind for every `per` kills, at least one. */
const times = (kills: number, per: number): number => Math.max(1, Math.round(kills / per));

/** Longer than the ten seconds after which the members of MongoDB elect another primary. */
const untilElected = { from: 11_000, to: 16_000 };

/** What only clusters have: for each store its leader killed and frozen, and a member away; and elections. */
const clusterFaults = (random: Random, kills: number): Fault[] =>
  (['mongod', 'nats'] as const).flatMap((store): Fault[] => [
    ...Array.from({ length: times(kills, 15) }, (): Fault => ({ kind: 'leader', store, how: 'killed', ms: 0 })),
    ...Array.from({ length: times(kills, 20) }, (): Fault => ({
      kind: 'leader',
      store,
      how: 'frozen',
      ms: random.integer(untilElected.from, untilElected.to),
    })),
    ...Array.from({ length: times(kills, 20) }, (): Fault => ({
      kind: 'minority',
      store,
      draw: random.next(),
      ms: random.integer(10_000, 30_000),
    })),
    ...disturbances.flatMap((state) =>
      Array.from({ length: times(kills, 50) }, (): Fault => ({
        kind: 'partition',
        store,
        draw: random.next(),
        state,
        ms: random.integer(5_000, 25_000),
      })),
    ),
    ...disturbances.flatMap((state) =>
      Array.from({ length: times(kills, 50) }, (): Fault => ({
        kind: 'link',
        service: random.pick(stallServices),
        store,
        draw: random.next(),
        state,
        ms: random.integer(5_000, 25_000),
      })),
    ),
    ...(store === 'mongod' ? Array.from({ length: times(kills, 13) }, (): Fault => ({ kind: 'election' })) : []),
  ]);

/** The fault, shortened to this time; undefined if it would have no effect then. */
const atMost = (fault: Fault, longestMs: number): Fault | undefined => {
  if (fault.kind === 'late bus') return fault.late.byMs > longestMs ? undefined : fault;
  return 'ms' in fault ? { ...fault, ms: Math.min(fault.ms, longestMs) } : fault;
};

/** Later than the repairs that publish once more what seems lost; later than the time in which NATS recognises a message by its id. */
const muchLater = [
  { from: 31_000, to: 60_000 },
  { from: 121_000, to: 150_000 },
] as const;

/** What is tried with a store of one member only. */
const singleStoreFaults = (random: Random, kills: number): Fault[] =>
  Array.from({ length: times(kills, 20) }, (): Fault => ({
    kind: 'store put back',
    ms: random.integer(2_000, 10_000),
  }));

const busFaults = (random: Random): BusFaults => ({
  publishedButRefused: random.between(0, 0.05),
  refused: random.between(0, 0.05),
  publishedTwice: random.between(0, 0.1),
  publishedLate: random.between(0, 0.1),
  deliveredTwice: random.between(0, 0.1),
  acknowledgementLost: random.between(0, 0.05),
  deliveredLate: random.between(0, 0.1),
  lateMs: random.integer(100, 3_000),
});

/**
 * Plans which faults happen at which order, from the seed and the size alone. Given enough kills, every victim is killed
 * at least once. During the last tenth of the orders only kills begin, since other faults last longer. Faults that last for more
 * than `longestMs` are shortened, and messages that would be later left out.
 */
export const planFaults = (
  random: Random,
  size: {
    readonly orders: number;
    readonly kills: number;
    readonly members: number;
    readonly hasDisks: boolean;
    readonly longestMs?: number;
  },
): readonly PlannedFault[] => {
  const kills = Array.from({ length: size.kills }, (_, index): Fault => ({
    kind: 'kill',
    victim: victims[index] ?? random.weighted(weights),
    draw: random.next(),
  }));
  const others: Fault[] = [
    ...Array.from({ length: times(size.kills, 5) }, (): Fault => ({
      kind: 'freeze',
      victim: random.weighted(weights),
      draw: random.next(),
      ms: random.integer(300, 5_000),
    })),
    ...Array.from({ length: times(size.kills, 13) }, (_, index): Fault => ({
      kind: 'outage',
      victim: (['nats', 'redis', 'mongod'] as const)[index % 3] ?? 'nats',
      ms: random.integer(2_000, 4_000),
    })),
    ...Array.from({ length: times(size.kills, 13) }, (): Fault => ({ kind: 'empty redis' })),
    ...Array.from({ length: times(size.kills, 8) }, (): Fault => ({
      kind: 'bus',
      faults: busFaults(random),
      ms: random.integer(4_000, 15_000),
    })),
    ...Array.from({ length: Math.max(stripeProblems.length, times(size.kills, 4)) }, (_, index): Fault => ({
      kind: 'stripe',
      problem: stripeProblems[index] ?? random.pick(stripeProblems),
    })),
    ...Array.from({ length: times(size.kills, 13) }, (): Fault => ({
      kind: 'slow stripe',
      delayMs: random.integer(200, 2_500),
      ms: random.integer(2_000, 6_000),
    })),
    ...Array.from({ length: times(size.kills, 10) }, (): Fault => ({
      kind: 'clock',
      service: random.pick(clockServices),
      offsetMs: (random.chance(0.5) ? 1 : -1) * random.integer(5_000, 30_000),
      ms: random.integer(3_000, 10_000),
    })),
  ];
  others.push(
    ...Array.from({ length: times(size.kills, 13) }, (): Fault => ({ kind: 'consumer', draw: random.next() })),
    ...Array.from({ length: times(size.kills, 13) }, (): Fault => ({
      kind: 'stall',
      service: random.pick(stallServices),
      ms: random.integer(1_000, 8_000),
    })),
    ...Array.from({ length: times(size.kills, 13) }, (_, index): Fault => ({
      kind: 'database',
      service: random.pick(stallServices),
      state: index % 2 === 0 ? 'cut' : 'silent',
      ms: random.integer(8_000, 75_000),
    })),
    ...Array.from({ length: times(size.kills, 13) }, (): Fault => ({
      kind: 'versions',
      service: random.pick(stallServices),
      draw: random.next(),
      ms: random.integer(10_000, 30_000),
    })),
    ...Array.from({ length: times(size.kills, 20) }, (): Fault => ({
      kind: 'full stream',
      ms: random.integer(5_000, 20_000),
    })),
    ...[1, -1].flatMap((direction) =>
      Array.from({ length: times(size.kills, 20) }, (): Fault => ({
        kind: 'jump',
        service: random.pick(stallServices),
        draw: random.next(),
        offsetMs: direction * random.integer(60_000, 600_000),
        ms: random.integer(5_000, 20_000),
      })),
    ),
    ...(size.hasDisks ? (['nats', 'mongod'] as const) : []).flatMap((store) =>
      Array.from({ length: times(size.kills, 30) }, (): Fault => ({
        kind: 'full disk',
        store,
        draw: random.next(),
        ms: random.integer(8_000, 20_000),
      })),
    ),
    ...muchLater.flatMap(({ from, to }) =>
      Array.from({ length: times(size.kills, 30) }, (): Fault => ({
        kind: 'late bus',
        late: { share: 0.01, byMs: random.integer(from, to) },
        ms: random.integer(3_000, 10_000),
      })),
    ),
    ...(size.members > 1 ? clusterFaults(random, size.kills) : singleStoreFaults(random, size.kills)),
  );
  const first = Math.ceil(size.orders * 0.02);
  const last = Math.floor(size.orders * 0.97);
  return [...kills, ...others]
    .flatMap((fault) => atMost(fault, size.longestMs ?? Infinity) ?? [])
    .map((fault) => ({
      fault,
      atOrder: random.integer(first, fault.kind === 'kill' ? last : Math.floor(size.orders * 0.9)),
    }))
    .toSorted((a, b) => a.atOrder - b.atOrder);
};
