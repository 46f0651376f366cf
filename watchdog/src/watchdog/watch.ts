import { compareAll, inBoth, type Violation } from '../checks/audit-books.ts';
import { checks } from '../checks/all-checks.ts';
import { standardLimits, type Limits } from '../checks/check.ts';
import type { Books } from '../books/open-books.ts';
import { reading } from '../books/read-books.ts';
import { isUnpaid, type Reading } from '../books/reading.ts';
import { bounds, Choice, type Chosen } from './choose.ts';
import { MoneyWindow } from './money-window.ts';
import { readPart, type Asked } from './read-part.ts';

/** What is known after the passes so far. */
export interface State {
  /** What the last two passes that could read agree on. */
  readonly violations: readonly Violation[];
  /** By check: how many the last pass looked at. */
  readonly lookedAt: ReadonlyMap<string, number>;
  readonly deadLetters: Reading['deadLetters'];
  readonly passes: number;
  readonly lastReadAt: number | undefined;
  readonly lastSeconds: number | undefined;
  /** Why the last pass could not read; undefined when it could. */
  readonly problem: string | undefined;
}

export interface WatchMeters {
  /** After each pass that could read. */
  passed(state: State): void;
  failed(): void;
  /** More orders were new than a pass looks at. */
  cutShort(): void;
}

/** Reads the books again and again, a bounded part each time, and remembers what stays wrong. */
export class Watch {
  readonly #books: Books;
  readonly #limits: Limits;
  readonly #meters: WatchMeters;
  readonly #choice: Choice;
  readonly #window: MoneyWindow;
  #suspicions: readonly Violation[] = [];
  #followed: readonly string[] = [];
  #state: State = {
    violations: [],
    lookedAt: new Map(),
    deadLetters: [],
    passes: 0,
    lastReadAt: undefined,
    lastSeconds: undefined,
    problem: undefined,
  };

  constructor(options: { readonly books: Books; readonly meters: WatchMeters; readonly limits?: Partial<Limits> }) {
    this.#books = options.books;
    this.#limits = { ...standardLimits, ...options.limits };
    this.#meters = options.meters;
    this.#choice = new Choice(options.books.databases, Date.now());
    this.#window = new MoneyWindow(options.books.stripe, Date.now());
  }

  get state(): State {
    return this.#state;
  }

  /** One pass. Never throws: what could not be read is told by the state. */
  async pass(): Promise<void> {
    const began = performance.now();
    try {
      const now = Date.now();
      const { orderIds } = await reading('the charges at Stripe', this.#window.advance());
      const chosen = await this.#choice.next(now);
      if (chosen.isCutShort) this.#meters.cutShort();
      const before = new Date(now - this.#limits.publishWithinMs);
      const part = await readPart(this.#books, this.#ask(chosen, orderIds), this.#window, before);
      const { violations, lookedAt } = compareAll(part, this.#limits);
      this.#state = {
        violations: inBoth(this.#suspicions, violations),
        lookedAt,
        deadLetters: part.deadLetters,
        passes: this.#state.passes + 1,
        lastReadAt: Date.now(),
        lastSeconds: (performance.now() - began) / 1000,
        problem: undefined,
      };
      this.#suspicions = violations;
      this.#followed = part.orders.filter(isUnpaid).map(({ id }) => id);
      this.#meters.passed(this.#state);
    } catch (error) {
      this.#state = { ...this.#state, problem: error instanceof Error ? error.message : String(error) };
      this.#meters.failed();
    }
  }

  #ask(chosen: Chosen, paid: readonly string[]): Asked {
    // Which of a suspicion's ids are orders and which tickets need not be known: the others are not found.
    const suspects = [...new Set(this.#suspicions.flatMap(({ ids }) => ids))].slice(0, bounds.followed);
    const orders = new Map(chosen.orders);
    for (const id of [...this.#followed.slice(0, bounds.followed), ...paid, ...suspects]) {
      if (!orders.has(id)) orders.set(id, undefined);
    }
    // Somewhere else in the page each time it comes round.
    const start = Math.floor(Math.random() * chosen.page.length);
    const sample = chosen.page.slice(start, start + bounds.olderMoney);
    return {
      orders,
      tickets: new Set([...chosen.tickets, ...suspects]),
      money: new Set([...sample, ...suspects.slice(0, bounds.page)]),
    };
  }
}

/** How many violations of each check there are now, none included. */
export const countByCheck = ({ violations }: State): ReadonlyMap<string, number> =>
  new Map(checks.map(({ name }) => [name, violations.filter(({ check }) => check === name).length]));
