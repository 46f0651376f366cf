/** CPU milliseconds of one request or sale, by process. */
export type Cost = Readonly<Record<string, number>>;

export const costNames = ['a sale', 'a refused order', 'a read', 'a page'] as const;
export type Costs = Readonly<Record<(typeof costNames)[number], Cost>>;

/** A sale of which everything happens in so many seconds. */
export interface Sale {
  readonly buyers: number;
  readonly tickets: number;
  readonly seconds: number;
  /** Requests of one buyer. */
  readonly orders: number;
  readonly reads: number;
  readonly pages: number;
}

/** Processes and disks are planned to be busy for this share of the time, so that queues stay short and one of them may fail. */
export const utilisation = 0.5;
/** Events of a sale. */
const eventsOfSale = 8;
/** That one stream takes on one disk with `sync_interval: always`. */
const publicationsPerSecond = 1_200;
/** Of live pages, that one replica holds. */
const streamsPerReplica = 6_000;

export interface Needed {
  /** How many a second, of everything that has a cost. */
  readonly rates: Readonly<Record<keyof Costs, number>>;
  /** Cores that are busy, by process. */
  readonly cores: Readonly<Record<string, number>>;
  readonly publications: number;
  readonly partitions: number;
  /** Replicas of tickets that hold a stream for every buyer. */
  readonly streamReplicas: number;
}

/** What a sale needs: for each process the sum of rate × cost. */
export const sizeOf = (sale: Sale, costs: Costs): Needed => {
  const { buyers, tickets, seconds } = sale;
  const rates = {
    'a sale': tickets / seconds,
    'a refused order': (buyers * sale.orders - tickets) / seconds,
    'a read': (buyers * sale.reads) / seconds,
    'a page': (buyers * sale.pages) / seconds,
  };
  const cores: Record<string, number> = {};
  for (const name of costNames) {
    for (const [process, milliseconds] of Object.entries(costs[name]))
      cores[process] = (cores[process] ?? 0) + (rates[name] * milliseconds) / 1_000;
  }
  const publications = rates['a sale'] * eventsOfSale;
  return {
    rates,
    cores,
    publications,
    partitions: Math.ceil(publications / (publicationsPerSecond * utilisation)),
    streamReplicas: Math.ceil(buyers / streamsPerReplica),
  };
};
