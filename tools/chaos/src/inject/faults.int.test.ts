import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '@ticketing/common/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFaultCounts } from './fault-counts.ts';
import { stallOf, writeFaults } from './faults.ts';

const dataDir = await mkdtemp(join(tmpdir(), 'faults-'));
let child: ChildProcess | undefined;

afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(dataDir, { recursive: true, force: true });
});

/** A service's faults, and a character for each time that its event loop runs. */
const script = `
  import { faultyOverrides } from './overrides.ts';
  faultyOverrides('orders', 'present');
  setInterval(() => process.stdout.write('.'), 10);
`;

test('When a service is stalled, then it is counted while its event loop stands still, which runs again after the stall', async () => {
  let printed = 0;
  child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    env: { TICKETING_DATA_DIR: dataDir, PORT: '4000' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.length;
  });
  await eventually(() => expect(printed).toBeGreaterThan(0), 20_000);
  writeFaults(dataDir, { stalled: ['orders'] });
  await eventually(() => expect(readFaultCounts(dataDir).get(stallOf('orders'))).toBe(1), 10_000);
  writeFaults(dataDir, {});
  const before = printed;
  await eventually(() => expect(printed).toBeGreaterThan(before + 50), 10_000);
}, 60_000);
