import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverKinds, type ServerKind } from '../server-kinds.ts';
import { required } from '../../required.ts';
import type { Source } from './source.ts';
import { sourcesOf } from './sources-of.ts';

let directory: string;
let server: Server;
let served: Buffer;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sources-'));
  server = createServer((_req, res) => {
    res.end(served);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await once(server.close(), 'close');
  await rm(directory, { recursive: true });
});

const fake = async (folder: string, version: string): Promise<string> => {
  await mkdir(join(directory, folder), { recursive: true });
  const path = join(directory, folder, 'fake-redis-server');
  await writeFile(path, `#!/bin/sh\necho "Redis server v=${version}"\n`, { mode: 0o755 });
  return path;
};

const sources = (kind: ServerKind): readonly Source[] =>
  sourcesOf(
    {
      env: { PATH: [join(directory, 'first'), join(directory, 'second'), '/usr/bin', '/bin'].join(':') },
      cacheDir: join(directory, 'cache'),
      progress: () => undefined,
    },
    kind,
  );

// A program that no machine has, so that the real PATH does not matter.
const kind: ServerKind = { ...serverKinds.redis, program: 'fake-redis-server' };

const pathSource = (): Source => required(sources(kind)[0], 'first source');

/** Serves an archive of a fake program. */
const archived = async (version: string): Promise<ServerKind> => {
  await fake('made', version);
  const file = join(directory, 'archive.tgz');
  await execa('tar', ['-czf', file, '-C', directory, 'made/fake-redis-server']);
  served = await readFile(file);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    ...kind,
    archive: {
      version,
      url: `http://127.0.0.1:${port}/archive.tgz`,
      sha256: createHash('sha256').update(served).digest('hex'),
      member: 'made/fake-redis-server',
    },
  };
};

const archiveSource = (of: ServerKind): Source => required(sources(of)[1], 'second source');

test('When the program on the PATH is too old, then the next one on the PATH is used', async () => {
  await fake('first', '5.0.7');
  const path = await fake('second', '6.2.14');
  expect(await pathSource().find()).toEqual({ kind: 'file', path, version: '6.2.14', from: 'PATH' });
});

test('When the program is only in the cache, then it is used from there', async () => {
  const path = await fake('cache', '99.0.0');
  expect(await pathSource().find()).toMatchObject({ path, from: 'cache' });
});

test('When an archive has the pinned checksum, then its program is kept in the cache, and nothing else', async () => {
  const found = await archiveSource(await archived('7.4.1')).find();
  expect(found).toMatchObject({ path: join(directory, 'cache', 'fake-redis-server'), version: '7.4.1' });
  expect(await readdir(join(directory, 'cache'))).toEqual(['fake-redis-server']);
});

test('When an archive has another checksum, then it is refused and nothing of it is kept', async () => {
  const pinned = await archived('7.4.1');
  served = Buffer.concat([served, Buffer.from('x')]);
  await expect(archiveSource(pinned).find()).rejects.toThrow(/checksum/);
  expect(await readdir(join(directory, 'cache'))).toEqual([]);
});

test('When an archive contains a program that is too old, then it is refused', async () => {
  await expect(archiveSource(await archived('5.0.0')).find()).rejects.toThrow(/6\.2 or newer is required/);
  expect(await readdir(join(directory, 'cache'))).toEqual([]);
});

test('When the publisher has no archive, then the reason says so', async () => {
  await expect(archiveSource(kind).find()).rejects.toThrow('source only');
});
