import { root } from '@ticketing/launcher/paths';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { atMost } from '../figure.ts';
import type { Scenario } from '../scenario.ts';

interface HotTicket {
  readonly cycles: number;
  /** Median milliseconds of a new ticket's first claim, and of a claim after all the cycles. */
  readonly first: number;
  readonly last: number;
  readonly ratio: number;
  /** Size of the ticket's document after all cycles. */
  readonly bytes: number;
}

const isHotTicket = (value: unknown): value is HotTicket =>
  typeof value === 'object' && value !== null && 'ratio' in value && typeof value.ratio === 'number';

/** Claims and releases one ticket repeatedly, by calling the commands of tickets directly on a separate database. */
const claimRepeatedly = async (mongoUrl: string, cycles: number): Promise<HotTicket> => {
  const program = join(root, 'tickets', 'src', 'test', 'measure-claims.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, mongoUrl, String(cycles)]);
  const result: unknown = JSON.parse(stdout);
  if (!isHotTicket(result)) throw new Error(`unexpected output: ${stdout}`);
  return result;
};

export const hotTicket: Scenario = {
  name: 'hot-ticket',
  run: async (bench) => {
    const { mongoUrl } = await bench.product();
    const hot = await claimRepeatedly(mongoUrl('bench-hot-ticket'), Math.max(3_000, 10_000 * bench.scale));
    const name = `claim of a ticket after ${hot.cycles} orders and cancellations, of a first claim`;
    return { figures: [atMost(name, hot.ratio, 1.2, '×')], details: hot };
  },
};
