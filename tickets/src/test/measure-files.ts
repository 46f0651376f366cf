import { createLogger, Metrics } from '@ticketing/common/service';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { openFileInspector } from '../files/file-inspector.ts';
import type { FileType } from '../files/inspect-file.ts';
import { hostileFiles } from './hostile-files.ts';
import { codePng, pdfOf, photoOf } from './write-files.ts';

// Writes the table of docs/ticket-files.md: what inspecting a file takes. node tickets/src/test/measure-files.ts [TEXT]
// measures the files whose names contain the text.

interface File {
  readonly name: string;
  readonly type: FileType;
  readonly write: () => Promise<Buffer> | Buffer;
}

const code = () => codePng('QRCode', 'SEAT-4711');
const ordinaryFiles: readonly File[] = [
  { name: 'PNG of a code', type: 'image/png', write: code },
  { name: 'PDF with a code', type: 'application/pdf', write: async () => pdfOf([[await code()]]) },
  {
    name: 'PDF with 20 pages',
    type: 'application/pdf',
    write: async () => pdfOf(Array.from({ length: 20 }, () => [])),
  },
  {
    name: 'JPEG of 12 megapixels',
    type: 'image/jpeg',
    write: async () => photoOf(await code(), { size: 400, degrees: 20 }),
  },
  {
    name: 'JPEG of 12 megapixels without a code',
    type: 'image/jpeg',
    write: async () => photoOf(await codePng('QRCode', 'www.tickets.example'), { size: 400 }),
  },
  {
    name: 'JPEG of 50 megapixels, progressive',
    type: 'image/jpeg',
    write: async () => photoOf(await code(), { width: 8_000, height: 6_250, size: 900, noise: 3, progressive: true }),
  },
];

const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** The most memory (MB) and processor time (s) that child processes of this one were seen to have. */
const watchChildren = (signal: AbortSignal) => {
  const most = { memory: 0, seconds: 0 };
  const watch = async () => {
    while (!signal.aborted) {
      const children = (await textOf(`/proc/self/task/${process.pid}/children`)).trim().split(' ').filter(Boolean);
      for (const child of children) {
        const memory = /VmHWM:\s+(\d+)/.exec(await textOf(`/proc/${child}/status`))?.[1] ?? 0;
        const [user = 0, system = 0] = (await textOf(`/proc/${child}/stat`)).split(' ').slice(13, 15).map(Number);
        most.memory = Math.max(most.memory, Math.round(Number(memory) / 1024));
        most.seconds = Math.max(most.seconds, (user + system) / 100);
      }
      await delay(5);
    }
  };
  return { most, ended: watch() };
};

const inspector = openFileInspector(
  { logger: createLogger({ service: 'measure-files', level: 'silent' }), metrics: new Metrics() },
  { timeoutMs: 300_000 },
);
const only = process.argv[2] ?? '';
for (const { name, type, write } of [...ordinaryFiles, ...hostileFiles].filter((file) => file.name.includes(only))) {
  const bytes = await write();
  const watching = new AbortController();
  const { most, ended } = watchChildren(watching.signal);
  const result = await inspector.inspect(bytes, type, 'seller');
  watching.abort();
  await ended;
  const outcome =
    result.kind === 'refused'
      ? result.message.split(':')[0]
      : `${result.codes.length} ${result.codes.length === 1 ? 'code' : 'codes'}`;
  const size = bytes.length < 10_000 ? `${bytes.length} B` : `${Math.ceil(bytes.length / 1000)} KB`;
  process.stdout.write(`| ${name} | ${size} | ${outcome} | ${most.seconds.toFixed(1)} s | ${most.memory} MB |\n`);
}
await inspector.stop();
