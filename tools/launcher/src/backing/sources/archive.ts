import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ServerKind } from '../server-kinds.ts';
import { downloadTimeoutMs, failureOf, runCommand } from './run-command.ts';
import { inScratch, moveIntoCache, requireLinuxX64, verifyChecksum } from './scratch.ts';
import type { Source, SourceDeps } from './source.ts';

const responseTimeoutMs = 6_000;
const progressBytes = 5e6;

const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
};

const request = async (url: string, signal: AbortSignal): Promise<Response> => {
  const noResponse = new AbortController();
  const timer = setTimeout(() => noResponse.abort(), responseTimeoutMs);
  try {
    return await fetch(url, { signal: AbortSignal.any([noResponse.signal, signal]) });
  } catch (error) {
    throw new Error(
      noResponse.signal.aborted
        ? `no response within ${responseTimeoutMs / 1000} s`
        : `not reachable: ${causeOf(error)}`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
};

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const download = async (deps: SourceDeps, url: string, file: string, progress: (text: string) => void) => {
  const timeout = AbortSignal.timeout(downloadTimeoutMs);
  const response = await request(url, deps.signal === undefined ? timeout : AbortSignal.any([timeout, deps.signal]));
  if (!response.ok || response.body === null) throw new Error(`the response has status ${response.status}`);
  const total = Number(response.headers.get('content-length') ?? 0);
  let received = 0;
  let reported = 0;
  const reporting = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      received += chunk.length;
      if (received - reported > progressBytes) {
        reported = received;
        progress(`${megabytes(received)}${total === 0 ? '' : ` of ${megabytes(total)}`}`);
      }
      yield chunk;
    }
  };
  await pipeline(Readable.from(response.body), reporting, createWriteStream(file));
};

/** The publisher's release archive. */
export const archive = (deps: SourceDeps, kind: ServerKind): Source => ({
  label: `official release archive${typeof kind.archive === 'string' ? '' : ` ${kind.archive.url}`}`,
  find: async () => {
    const { archive: release } = kind;
    if (typeof release === 'string') throw new Error(release);
    requireLinuxX64();
    deps.progress(`downloading the official release archive of ${kind.program} ${release.version}`);
    return inScratch(deps, async (directory) => {
      const file = join(directory, 'archive.tgz');
      await download(deps, release.url, file, (text) => deps.progress(`${kind.program}: ${text}`));
      await verifyChecksum(file, release.sha256);
      const args = ['-xzf', file, '-C', directory, release.member];
      const unpacked = await runCommand(deps, 'tar', args, downloadTimeoutMs);
      if (unpacked.failed) throw new Error(failureOf('tar', unpacked));
      return moveIntoCache(deps, kind, join(directory, release.member), 'official archive');
    });
  },
});
