import type { HttpClient } from '@ticketing/test/http-client';
import type { ProductProcess } from '@ticketing/test/start-product';
import type { BaselineFigures, Inserts } from './baseline/measure-baseline.ts';
import type { Figure } from './figure.ts';

/** The product that a scenario measures. */
export interface MeasuredProduct {
  /** The address of the site. */
  readonly url: string;
  /** The same without a name to resolve, for load generators. */
  readonly loopbackUrl: string;
  readonly dataDir: string;
  readonly processes: readonly ProductProcess[];
  /** Of its router. */
  readonly client: HttpClient;
  /** Session cookies of accounts. */
  readonly sellers: readonly string[];
  readonly seller: string;
  readonly buyers: readonly string[];
  readonly buyer: string;
  /** The first process of a name. */
  readonly process: (name: string) => ProductProcess;
  readonly mongoUrl: (database: string) => string;
  /** The baseline request on the same mongod, to be measured beside what is compared with it. */
  readonly startInserts: () => Promise<Inserts>;
  /** Runs `action` while the processes of these names stand still. */
  readonly whileFrozen: <T>(names: readonly string[], action: () => Promise<T>) => Promise<T>;
}

/** What the scenarios of a run share. */
export interface Bench {
  /** What counts of requests and documents are multiplied by: 1, and less in a quick run. */
  readonly scale: number;
  /** How many journeys are measured at once, before scaling. */
  readonly journeys: number;
  /** The product that scenarios share. It has what the scenarios before have left in it. */
  readonly product: () => Promise<MeasuredProduct>;
  /** A product with empty databases; the one before is stopped. */
  readonly freshProduct: (settings?: Readonly<Record<string, string>>) => Promise<MeasuredProduct>;
  /** What this machine manages, measured when it is first asked for. */
  readonly baseline: () => Promise<BaselineFigures>;
}

export interface Measured {
  readonly figures: readonly Figure[];
  /** Printed before the figures. */
  readonly notes?: readonly string[];
  /** All that was measured, for the results file. */
  readonly details: unknown;
}

/** One part of a run; `--only` names it. */
export interface Scenario {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<Measured>;
}
