import { afterEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../testing/eventually.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process whose service is the given expression. */
const run = (start: string) => {
  const url = new URL('run-until-signal.ts', import.meta.url).href;
  const config = new URL('config.ts', import.meta.url).href;
  const script = `
    import { runUntilSignal } from ${JSON.stringify(url)};
    import { readEnv, commonEnv, ConfigError } from ${JSON.stringify(config)};
    const open = setInterval(() => undefined, 1000);
    const running = (stop) => ({ url: '', ready: Promise.resolve(), isReady: () => true, stop });
    await runUntilSignal(async () => ${start});
    console.log('running');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: unknown) => output.push(String(chunk)));
  const ended = once(child, 'exit').then(([code]: unknown[]) => code);
  const text = () => output.join('');
  return { child, text, ended, untilRunning: () => eventually(() => expect(text()).toContain('running')) };
};

test.each(['SIGTERM', 'SIGINT'] as const)(
  'When a process gets %s, then its service drains and it ends with 0',
  async (signal) => {
    const { child, text, ended, untilRunning } = run(`running(async () => console.log('drained'))`);
    await untilRunning();
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(text()).toContain('drained');
  },
);

test('When a second signal comes while it drains, then it ends at once', async () => {
  const { child, text, ended, untilRunning } = run(
    `running(() => { console.log('draining'); return new Promise(() => undefined); })`,
  );
  await untilRunning();
  child.kill('SIGTERM');
  await eventually(() => expect(text()).toContain('draining'));
  child.kill('SIGTERM');
  expect(await ended).toBe(1);
});

test('When draining fails, then it ends with 1 and says why', async () => {
  const { child, text, ended, untilRunning } = run(`running(() => Promise.reject(new Error('stuck')))`);
  await untilRunning();
  child.kill('SIGTERM');
  expect(await ended).toBe(1);
  expect(text()).toContain('stuck');
});

test('When the configuration is invalid, then it ends with 1, names every variable, and shows no stack', async () => {
  const { text, ended } = run(`readEnv(commonEnv, process.env)`);
  expect(await ended).toBe(1);
  expect(text()).toBe('Invalid configuration:\n  MONGO_URL is missing\n  NATS_URL is missing\n');
});

test('When a setting is found to be wrong after the start, then it ends with 1 and says what is wrong', async () => {
  const { text, ended } = run(
    `({ ready: Promise.reject(new ConfigError(['CURRENCY is jpy'])), stop: async () => undefined })`,
  );
  expect(await ended).toBe(1);
  expect(text()).toContain('Invalid configuration:\n  CURRENCY is jpy\n');
});
