import { root } from '@ticketing/launcher/paths';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface HotTicket {
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
export const hotTicket = async (mongoUrl: string, cycles: number): Promise<HotTicket> => {
  const program = join(root, 'tickets', 'src', 'test', 'measure-claims.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, mongoUrl, String(cycles)]);
  const result: unknown = JSON.parse(stdout);
  if (!isHotTicket(result)) throw new Error(`unexpected output: ${stdout}`);
  return result;
};
