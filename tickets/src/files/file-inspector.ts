import { ServiceUnavailableError } from '@ticketing/common/errors';
import type { Logger, Metrics } from '@ticketing/common/service';
import { LRUCache } from 'lru-cache';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { codeFormats, maxDrawings } from './code-drawing.ts';
import { createFairQueue } from './fair-queue.ts';
import type { FileContent, FileType } from './inspect-file.ts';
import { refusals, type Refusal } from './refusal.ts';

const { resolve } = createRequire(import.meta.url);

/** What a file turned out to be. */
export type Inspection =
  ({ readonly kind: 'readable' } & FileContent) | { readonly kind: 'refused'; readonly message: string };

/** Finds out what an uploaded file is, in a process that may die of it. */
export interface FileInspector {
  /**
   * @param owner Whose file it is: those of one account are inspected one after the other.
   * @throws ServiceUnavailableError when too many wait, or the machine is too busy.
   */
  inspect(bytes: Buffer, type: FileType, owner: string): Promise<Inspection>;
  /** Ends what is running. */
  stop(): Promise<void>;
}

/** Of one file. docs/ticket-files.md has what real and hostile files take. */
export const fileLimits = {
  /** Then the kernel ends the process. */
  cpuSeconds: 8,
  /** What it may allocate, of any kind. */
  memoryMb: 768,
  /** Then it is ended because the machine is too busy for it. */
  timeoutMs: 20_000,
  /** Inspected at the same time. */
  concurrency: 2,
  /** Waiting: of all accounts, of one, and their bytes. */
  maxWaiting: 200,
  maxWaitingOfOwner: 20,
  maxWaitingBytes: 32_000_000,
} as const;

/** V8 reserves this range for machine code, and the kernel counts it as allocated. */
const reservedMb = 512;
const maxOutputBytes = 2_000_000;
const maxErrorBytes = 4_000;
const maxRecentBytes = 20_000_000;

const drawing = z.object({
  format: z.enum(codeFormats),
  width: z.int().min(1),
  height: z.int().min(1),
  modules: z.base64(),
  text: z.string().exactOptional(),
});

const outcome = z.union([
  z.object({
    kind: z.literal('readable'),
    pages: z.int().min(1).max(20),
    codes: z.array(z.string()).max(200),
    drawings: z.array(drawing).max(maxDrawings),
  }),
  z.object({
    kind: z.literal('refused'),
    refusal: z.enum(Object.keys(refusals).filter((key): key is Refusal => key in refusals)),
    reason: z.string().optional(),
  }),
]);

/** Beside this file, both in the sources and in the bundle. */
const program = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './inspect-process.ts' : './inspect-process.mjs', import.meta.url),
);

/**
 * RLIMIT_DATA counts private memory of every kind and, unlike RLIMIT_AS, not the addresses that WebAssembly reserves.
 * Where the kernel must free memory, this process goes first.
 */
const limits = (cpuSeconds: number, memoryMb: number): string =>
  [
    '{ echo 1000 > /proc/self/oom_score_adj; } 2> /dev/null',
    `ulimit -c 0 && ulimit -d ${(reservedMb + memoryMb) * 1024} && ulimit -S -t ${cpuSeconds} && ulimit -H -t ${cpuSeconds + 2} && exec "$@"`,
  ].join('\n');

/** It may read its own code, and neither write, nor start processes; its environment is empty. */
const command = (type: FileType): string[] => [
  process.execPath,
  '--permission',
  ...[program, resolve('zxing-wasm/reader/zxing_reader.wasm'), resolve('@embedpdf/pdfium/pdfium.wasm')].map(
    (file) => `--allow-fs-read=${packageOf(file)}`,
  ),
  '--max-old-space-size=256',
  program,
  type,
];

/** The folder of an npm package, or of a program. */
const packageOf = (file: string): string =>
  /^.*[/\\]node_modules[/\\](@[^/\\]+[/\\])?[^/\\]+/.exec(file)?.[0] ?? dirname(file);

export const openFileInspector = (
  service: { readonly logger: Logger; readonly metrics: Metrics },
  changes: Partial<Record<keyof typeof fileLimits, number>> = {},
): FileInspector => {
  const { logger, metrics } = service;
  const bounds = { ...fileLimits, ...changes };
  const inspected = metrics.counter('files_inspected_total', 'Uploaded files inspected, by outcome', ['outcome']);
  const queue = createFairQueue(bounds);
  metrics.observed(
    'file_inspection_room_taken',
    'Share of the files, or of their bytes, that may wait to be inspected',
    () => queue.taken(),
  );
  const stopping = new AbortController();
  /** Of files just inspected, which are sent again with a confirmation, or by several requests at once. */
  const recent = new LRUCache<string, Promise<Inspection>>({ max: 200, maxSize: maxRecentBytes, ttl: 600_000 });

  const run = async (bytes: Buffer, type: FileType): Promise<Inspection> => {
    if (stopping.signal.aborted) throw new ServiceUnavailableError();
    const child = spawn('/bin/sh', ['-c', limits(bounds.cpuSeconds, bounds.memoryMb), 'sh', ...command(type)], {
      env: {},
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const kill = () => child.kill('SIGKILL');
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      kill();
    }, bounds.timeoutMs);
    stopping.signal.addEventListener('abort', kill);
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > maxOutputBytes) kill();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (errors.length < maxErrorBytes) errors += text;
    });
    child.stdin.on('error', () => undefined); // it has ended before it read the file; `close` follows
    child.stdin.end(bytes);
    const ended = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>();
    child.on('error', ended.reject).on('close', (code, signal) => ended.resolve({ code, signal }));
    try {
      const { code, signal } = await ended.promise;
      const [start, result = ''] = output.split('\n', 2);
      if (isLate || start !== 'ready' || stopping.signal.aborted) {
        throw new Error(`no inspection: ${isLate ? 'too slow' : `ended by ${signal ?? code} at its start`}: ${errors}`);
      }
      if (code === 0) return conclude(outcome.parse(JSON.parse(result)));
      logger.warn({ type, size: bytes.length, code, signal, errors }, 'a file ended the process that inspected it');
      inspected.inc({ outcome: 'killed' });
      return { kind: 'refused', message: refusals[signal === 'SIGXCPU' ? 'time' : 'unreadable'] };
    } catch (error) {
      inspected.inc({ outcome: 'failed' });
      logger.error({ err: error, type, size: bytes.length }, 'a file could not be inspected');
      throw new ServiceUnavailableError(undefined, { cause: error });
    } finally {
      clearTimeout(timer);
      stopping.signal.removeEventListener('abort', kill);
    }
  };

  const conclude = (result: z.infer<typeof outcome>): Inspection => {
    inspected.inc({ outcome: result.kind });
    if (result.kind === 'readable') return result;
    if (result.reason !== undefined) logger.warn({ reason: result.reason }, 'a file cannot be read');
    return { kind: 'refused', message: refusals[result.refusal] };
  };

  return {
    inspect: async (bytes, type, owner) => {
      const key = `${type} ${createHash('sha256').update(bytes).digest('hex')}`;
      const known = recent.get(key);
      if (known !== undefined) return known;
      const inspection = queue.run({ owner, bytes: bytes.length }, () => run(bytes, type));
      recent.set(key, inspection, { size: 1 });
      inspection.then(
        (found) => recent.set(key, inspection, { size: JSON.stringify(found).length }),
        () => recent.delete(key),
      );
      return inspection;
    },
    stop: async () => {
      stopping.abort();
      await queue.idle();
    },
  };
};
