import { checks } from '../checks/all-checks.ts';
import { confirm, runChecks, type Count, type Violation } from '../checks/audit-product.ts';
import { standardLimits, type Limits } from '../checks/check.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Sources } from '../sources/open-sources.ts';
import { isUnpaid } from '../sources/orders.ts';
import { ScanPlanner } from './plan-scan.ts';
import { readScan } from './read-scan.ts';
import { RecentCharges } from './recent-charges.ts';

/** What the scans so far have found. */
export interface State {
  /** Found by both of the last two successful scans. */
  readonly violations: readonly Violation[];
  /** Of the last successful scan, one for each check. */
  readonly counts: readonly Count[];
  readonly deadLetters: Snapshot['deadLetters'];
  /** Successful scans. */
  readonly scans: number;
  readonly lastScan: { readonly at: number; readonly seconds: number } | undefined;
  /** Why the last scan failed; undefined when it succeeded. */
  readonly problem: string | undefined;
}

export interface WatchMeters {
  succeeded(scan: { readonly at: number; readonly seconds: number; readonly counts: readonly Count[] }): void;
  failed(): void;
  truncated(): void;
}

/** Scans the sources repeatedly, a bounded part each time, and keeps the violations that two scans confirm. */
export class Watch {
  readonly #sources: Sources;
  readonly #limits: Limits;
  readonly #meters: WatchMeters;
  readonly #planner: ScanPlanner;
  readonly #recent: RecentCharges;
  #suspicions: readonly Violation[] = [];
  #unpaid: readonly string[] = [];
  #state: State = {
    violations: [],
    counts: checks.map(({ name }) => ({ check: name, checked: 0, violations: 0 })),
    deadLetters: [],
    scans: 0,
    lastScan: undefined,
    problem: undefined,
  };

  constructor(options: { readonly sources: Sources; readonly meters: WatchMeters; readonly limits?: Partial<Limits> }) {
    this.#sources = options.sources;
    this.#limits = { ...standardLimits, ...options.limits };
    this.#meters = options.meters;
    this.#planner = new ScanPlanner(options.sources.databases, Date.now());
    this.#recent = new RecentCharges(options.sources.stripe, Date.now());
  }

  get state(): State {
    return this.#state;
  }

  /** Never throws: a failure is part of the state. */
  async scan(): Promise<void> {
    try {
      await this.#scan();
    } catch (error) {
      this.#state = { ...this.#state, problem: error instanceof Error ? error.message : String(error) };
      this.#meters.failed();
    }
  }

  async #scan(): Promise<void> {
    const began = performance.now();
    const now = Date.now();
    const charged = await this.#recent.advance();
    const plan = await this.#planner.next(now, { charged, unpaid: this.#unpaid, suspicions: this.#suspicions });
    if (plan.isTruncated) this.#meters.truncated();
    const unpublishedBefore = new Date(now - this.#limits.publishWithinMs);
    const snapshot = await readScan(this.#sources, plan, this.#recent, unpublishedBefore);
    const { suspicions, countsWith } = runChecks(snapshot, this.#limits);
    const violations = confirm(this.#suspicions, suspicions);
    const counts = countsWith(violations);
    const lastScan = { at: Date.now(), seconds: (performance.now() - began) / 1000 };
    const { deadLetters, orders } = snapshot;
    this.#state = { violations, counts, deadLetters, scans: this.#state.scans + 1, lastScan, problem: undefined };
    this.#suspicions = suspicions;
    this.#unpaid = orders.filter(isUnpaid).map(({ id }) => id);
    this.#meters.succeeded({ ...lastScan, counts });
  }
}
