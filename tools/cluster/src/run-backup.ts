import { resolve } from 'node:path';
import process from 'node:process';
import { backUp, describeSummary } from './backup.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('Usage: npm run backup -- DIRECTORY, for example backups/monday\n');
  process.exit(2);
}
process.stdout.write(`backup ${describeSummary(await backUp(resolve(directory), new Date()))}\n`);
