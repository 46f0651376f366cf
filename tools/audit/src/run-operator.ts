import { openDatabases } from '@ticketing/watchdog/sources';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { findAddresses, NoAddressesError } from './find-addresses.ts';
import { readOperatorArgs, runOperatorCommand, type ParsedOperatorArgs } from './operator-command.ts';
import { NotFoundError } from './not-found-error.ts';
import { UsageError } from './usage-error.ts';

// npm run operator: finds the product, and runs one subcommand on its databases.

const root = join(import.meta.dirname, '..', '..', '..');

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

type Parsed = Exclude<ParsedOperatorArgs, { readonly help: string }>;

/** Runs this command once more, with the addresses of the cluster's databases, and under the name of the user here. */
const runInCluster = async ({ name, args, by }: Parsed): Promise<number> => {
  const script = join(root, 'tools', 'cluster', 'src', 'exec-in-cluster.ts');
  const child = spawn(process.execPath, [script, 'operate-in-cluster.ts', name, '--by', by, ...args], {
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
};

const run = async (): Promise<number> => {
  const parsed = readOperatorArgs(process.argv.slice(2));
  if (parsed.help !== undefined) {
    print(parsed.help);
    return 0;
  }
  if (parsed.isInCluster) return runInCluster(parsed);
  const { mongoUrls } = await findAddresses(process.env, root, 'databases');
  const databases = openDatabases(mongoUrls, 'operator');
  try {
    return await runOperatorCommand({ ...parsed, databases, print });
  } finally {
    await databases.close();
  }
};

try {
  process.exitCode = await run();
} catch (error) {
  const isExpected = error instanceof NoAddressesError || error instanceof UsageError || error instanceof NotFoundError;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(isExpected ? `${text}\n` : `The databases could not be read: ${text}\n`);
  process.exitCode = error instanceof NotFoundError ? 1 : 2;
}
