import { join } from 'node:path';
import process from 'node:process';
import { openDatabases } from '@ticketing/watchdog/sources';
import { findAddresses, NoAddressesError } from './find-addresses.ts';
import { RepublishUsageError, runRepublishCommand } from './republish-command.ts';

const run = async (): Promise<number> => {
  const { mongoUrls } = await findAddresses(process.env, join(import.meta.dirname, '..', '..', '..'), 'databases');
  const databases = openDatabases(mongoUrls, 'republish');
  try {
    return await runRepublishCommand({
      databases,
      args: process.argv.slice(2),
      print: (line) => process.stdout.write(`${line}\n`),
    });
  } finally {
    await databases.close();
  }
};

try {
  process.exitCode = await run();
} catch (error) {
  const isExpected = error instanceof NoAddressesError || error instanceof RepublishUsageError;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(isExpected ? `${text}\n` : `The databases could not be read: ${text}\n`);
  process.exitCode = 2;
}
