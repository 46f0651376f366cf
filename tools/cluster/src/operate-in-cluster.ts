import { execa, ExecaError } from 'execa';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '@ticketing/launcher/paths';
import { openSources } from './audit-cluster.ts';

// npm run operator -- --cluster: runs the command with port forwards to the databases of the cluster.

const warn = (text: string): void => {
  process.stderr.write(`${text.trim()}\n`);
};

/** What kubectl said last, or that it is missing. */
const problemOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return said.split('\n').at(-1) || (error instanceof ExecaError ? error.shortMessage : error.message);
};

const operate = async (): Promise<number> => {
  const sources = await openSources('databases', warn);
  try {
    const { exitCode } = await execa(
      process.execPath,
      [join(root, 'tools', 'audit', 'src', 'run-operator.ts'), ...process.argv.slice(2)],
      { cwd: root, env: sources.env, stdio: 'inherit', reject: false },
    );
    return exitCode ?? 1;
  } finally {
    await sources.close();
  }
};

try {
  process.exitCode = await operate();
} catch (error) {
  warn(`The product in the cluster was not found: ${problemOf(error)}`);
  process.exitCode = 2;
}
