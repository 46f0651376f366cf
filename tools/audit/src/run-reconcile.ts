import { openSources, UnreadableError } from '@ticketing/watchdog/sources';
import { join } from 'node:path';
import process from 'node:process';
import { findAddresses, NoAddressesError } from './find-addresses.ts';
import { runReconcileCommand } from './reconcile-command.ts';
import { UsageError } from './usage-error.ts';

try {
  const sources = openSources(
    await findAddresses(process.env, join(import.meta.dirname, '..', '..', '..')),
    'reconcile',
  );
  try {
    process.exitCode = await runReconcileCommand({
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
  process.exitCode = 2;
}
