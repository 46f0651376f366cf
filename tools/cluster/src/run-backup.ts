import { resolve } from 'node:path';
import process from 'node:process';
import { backUp, inWords } from './backup.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('Name the directory of the backup: npm run backup -- backups/monday\n');
  process.exit(2);
}
process.stdout.write(`backup ${inWords(await backUp(resolve(directory), new Date()))}\n`);
