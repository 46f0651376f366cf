import { resolve } from 'node:path';
import process from 'node:process';
import { inWords, restore } from './backup.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('Name the directory of the backup: npm run restore -- backups/monday\n');
  process.exit(2);
}
process.stdout.write(`restored ${inWords(await restore(resolve(directory)))}\n`);
