import { openSources, UnreadableError, type Sources } from '@ticketing/watchdog/sources';
import { join } from 'node:path';
import process from 'node:process';
import { findAddresses, NoAddressesError } from './find-addresses.ts';
import { UsageError } from './usage-error.ts';

/**
 * Runs a command on everything that the audit reads, with the arguments of this process, and sets the exit code: 2 when it
 * throws.
 */
export const runOnSources = async (
  name: string,
  command: (given: {
    readonly sources: Sources;
    readonly args: readonly string[];
    readonly print: (line: string) => void;
  }) => Promise<number>,
): Promise<void> => {
  try {
    const sources = openSources(await findAddresses(process.env, join(import.meta.dirname, '..', '..', '..')), name);
    try {
      process.exitCode = await command({
        sources,
        args: process.argv.slice(2),
        print: (line) => process.stdout.write(`${line}\n`),
      });
    } finally {
      await sources.close();
    }
  } catch (error) {
    const isExpected =
      error instanceof NoAddressesError || error instanceof UsageError || error instanceof UnreadableError;
    process.stderr.write(`${isExpected ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
    if (error instanceof UnreadableError) {
      process.stderr.write('Nothing was checked. Is the product running, and are its addresses right?\n');
    }
    process.exitCode = 2;
  }
};
