import { expect, test } from '@jest/globals';
import { firstThatWorks } from './find-program.ts';
import { serverKinds } from './server-kinds.ts';
import type { Program, Source } from './sources.ts';

const program: Program = { kind: 'file', path: '/somewhere/mongod', version: '7.0.1', from: 'PATH' };

const source = (label: string, tried: string[], reason?: string): Source => ({
  label,
  find: () => {
    tried.push(label);
    return reason === undefined ? Promise.resolve(program) : Promise.reject(new Error(reason));
  },
});

test('When several sources would work, then the first one is taken and no later one is asked', async () => {
  const tried: string[] = [];
  const sources = [source('PATH', tried, 'not there'), source('archive', tried), source('PyPI', tried)];
  expect(await firstThatWorks(serverKinds.mongod, sources)).toBe(program);
  expect(tried).toEqual(['PATH', 'archive']);
});

test('When no source works, then the message says what was tried, why each failed and what to do', async () => {
  const sources = [source('PATH', [], 'not there'), source('docker: mongo', [], 'there is no docker')];
  await expect(firstThatWorks(serverKinds.mongod, sources)).rejects.toThrow(
    /No mongod \(6\.0 or newer\)[^]*MONGO_URL: not set[^]*PATH: not there[^]*docker: mongo: there is no docker[^]*set MONGO_URL/,
  );
});

test('When everything is told to end, then no further source is asked', async () => {
  const tried: string[] = [];
  const sources = [source('PATH', tried, 'ended'), source('archive', tried)];
  await expect(firstThatWorks(serverKinds.mongod, sources, AbortSignal.abort())).rejects.toThrow();
  expect(tried).toEqual(['PATH']);
});
