import { services } from '@ticketing/launcher/topology';
import { parseMetrics } from '@ticketing/watchdog/prometheus';
import { request } from 'undici';
import type { Product } from '@ticketing/test/start-product';

const readEveryMs = 2_000;

/** The services' counters, read again and again: a process that is killed takes its own with it. */
export class Counters {
  readonly #product: Product;
  readonly #ofProcess = new Map<number, ReadonlyMap<string, number>>();
  readonly #timer: NodeJS.Timeout;

  constructor(product: Product) {
    this.#product = product;
    this.#timer = setInterval(() => void this.read(), readEveryMs);
  }

  async read(): Promise<void> {
    const names: readonly string[] = services;
    const running = this.#product.processes().filter(({ name }) => names.includes(name));
    await Promise.all(
      running.map(async ({ pid, url }) => {
        try {
          const response = await request(`${url}/metrics`, { headersTimeout: readEveryMs, bodyTimeout: readEveryMs });
          this.#ofProcess.set(pid, countersIn(await response.body.text()));
        } catch {
          // It is stopped or just starting.
        }
      }),
    );
  }

  /** By name and labels: the sums over all processes that there were, as far as they were read. */
  sums(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const counters of this.#ofProcess.values())
      for (const [name, value] of counters) sums.set(name, (sums.get(name) ?? 0) + value);
    return sums;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

const countersIn = (metrics: string): ReadonlyMap<string, number> =>
  new Map(
    parseMetrics(metrics)
      .filter(({ name }) => /_(?:total|count)$/.test(name))
      .map(({ name, labels, value }) => [`${name}${labels}`, value]),
  );
