import { setPriority } from 'node:os';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import { fileTypes, loadInspector } from './inspect-file.ts';
import { FileRefusedError } from './refusal.ts';

// A process that inspects one file, which it gets as its input, and ends; its argument is the type that the file is said
// to have. It writes `ready` once it has loaded what it needs, and the outcome as JSON. FileInspector starts it.

setPriority(5);
const inspect = await loadInspector();
process.stdout.write('ready\n');
const bytes = await buffer(process.stdin);
const type = fileTypes.find((known) => known === process.argv[2]);
const outcome = async (): Promise<object> => {
  try {
    if (type === undefined) throw new Error('the argument must be a type of files');
    return { kind: 'readable', ...(await inspect(bytes, type)) };
  } catch (error) {
    if (error instanceof FileRefusedError) return { kind: 'refused', refusal: error.refusal };
    return { kind: 'refused', refusal: 'unreadable', reason: String(error) };
  }
};
process.stdout.write(JSON.stringify(await outcome()));
