import { expect, test } from '@jest/globals';
import { firstThatWorks } from './find-program.ts';
import { serverKinds } from './server-kinds.ts';
import type { Program, Source } from './sources/source.ts';

const program: Program = { kind: 'file', path: '/somewhere/mongod', version: '7.0.1', from: 'PATH' };

const source = (label: string, tried: string[], reason?: string): Source => ({
  label,
  find: () => {
    tried.push(label);
    return reason === undefined ? Promise.resolve(program) : Promise.reject(new Error(reason));
  },
});

test('When several sources would work, then the first one is used and no later one is tried', async () => {
  const tried: string[] = [];
  const sources = [source('PATH', tried, 'not found'), source('archive', tried), source('PyPI', tried)];
  expect(await firstThatWorks(serverKinds.mongod, sources)).toBe(program);
  expect(tried).toEqual(['PATH', 'archive']);
});

test('When no source works, then the message lists what was tried, why it failed and what to do', async () => {
  const sources = [source('PATH', [], 'not found'), source('docker: mongo', [], 'docker is not installed')];
  await expect(firstThatWorks(serverKinds.mongod, sources)).rejects.toThrow(
    /mongod 6\.0 or newer could not be found[^]*MONGO_URL: not set[^]*PATH: not found[^]*docker: mongo: docker is not installed[^]*set MONGO_URL/,
  );
});

test('When the start is cancelled, then no further source is tried', async () => {
  const tried: string[] = [];
  const sources = [source('PATH', tried, 'ended'), source('archive', tried)];
  await expect(firstThatWorks(serverKinds.mongod, sources, AbortSignal.abort())).rejects.toThrow();
  expect(tried).toEqual(['PATH']);
});
