import { parseMetrics } from '@ticketing/watchdog/prometheus';
import type { Product } from '@ticketing/test/start-product';
import { services } from '@ticketing/launcher/topology';
import { request } from 'undici';
import { cpuOf } from '../cpu.ts';
import { residentBytes } from '../memory.ts';

/** The largest values of a phase. */
export interface Observed {
  /** MB of resident memory, by process. */
  readonly memory: ReadonlyMap<string, number>;
  /** MB of the stream of events. */
  readonly stream: number;
  /** Share of the stream's bound. */
  readonly streamShare: number;
  readonly outboxWaiting: number;
  /** Milliseconds of processor time in a second, by process. */
  readonly cpu: ReadonlyMap<string, number>;
}

const megabyte = 1024 * 1024;
const everyMs = 2_000;

const raise = (values: Map<string, number>, name: string, value: number): void => {
  values.set(name, Math.max(value, values.get(name) ?? 0));
};

/** Reads the memory of all processes and the services' gauges until `stop`, which returns the largest values. */
export const observe = (product: Product): { readonly stop: () => Promise<Observed> } => {
  const memory = new Map<string, number>();
  const gauges = new Map<string, number>();
  const read = async (): Promise<void> => {
    await Promise.all(
      product.processes().map(async ({ name, pid, url }) => {
        try {
          raise(memory, name, (await residentBytes(pid)) / megabyte);
          if (!services.includes(name)) return;
          const response = await request(`${url}/metrics`, { headersTimeout: everyMs, bodyTimeout: everyMs });
          for (const { name: gauge, value } of parseMetrics(await response.body.text())) raise(gauges, gauge, value);
        } catch {
          // The next reading may succeed.
        }
      }),
    );
  };
  const timer = setInterval(() => void read(), everyMs);
  const processes = product.processes();
  const before = cpuOf(processes);
  const start = performance.now();
  return {
    stop: async () => {
      clearInterval(timer);
      const [first, last] = [await before, await cpuOf(processes)];
      const seconds = (performance.now() - start) / 1000;
      await read();
      const stream = gauges.get('event_stream_bytes') ?? 0;
      return {
        memory,
        stream: stream / megabyte,
        streamShare: stream / (gauges.get('event_stream_max_bytes') ?? Number.NaN),
        outboxWaiting: gauges.get('outbox_waiting') ?? 0,
        cpu: new Map([...last].map(([name, spent]) => [name, (spent - (first.get(name) ?? 0)) / seconds])),
      };
    },
  };
};
