import { openDatabases, type Databases } from '@ticketing/watchdog/sources';
import { join } from 'node:path';
import process from 'node:process';
import { findAddresses, NoAddressesError } from './find-addresses.ts';
import { UsageError } from './usage-error.ts';

/** Runs a command on the databases of the product, with the arguments of this process, and sets the exit code: 2 when it throws. */
export const runOnDatabases = async (
  name: string,
  command: (given: {
    readonly databases: Databases;
    readonly args: readonly string[];
    readonly print: (line: string) => void;
  }) => Promise<number>,
): Promise<void> => {
  try {
    const { mongoUrls } = await findAddresses(process.env, join(import.meta.dirname, '..', '..', '..'), 'databases');
    const databases = openDatabases(mongoUrls, name);
    try {
      process.exitCode = await command({
        databases,
        args: process.argv.slice(2),
        print: (line) => process.stdout.write(`${line}\n`),
      });
    } finally {
      await databases.close();
    }
  } catch (error) {
    const isExpected = error instanceof NoAddressesError || error instanceof UsageError;
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(isExpected ? `${text}\n` : `The databases could not be read: ${text}\n`);
    process.exitCode = 2;
  }
};
