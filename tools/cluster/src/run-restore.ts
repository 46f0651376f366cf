import { resolve } from 'node:path';
import process from 'node:process';
import { describeSummary, restore } from './backup.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('Usage: npm run restore -- DIRECTORY, for example backups/monday\n');
  process.exit(2);
}
process.stdout.write(`restored ${describeSummary(await restore(resolve(directory)))}\n`);
