import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { eventually, openServerProcess, requireProgram, type ServerProcess } from '@ticketing/common/testing';
import { freePort } from '@ticketing/launcher/free-ports';
import { root } from '@ticketing/launcher/paths';
import { findPrograms } from '@ticketing/launcher/programs';
import { required } from '@ticketing/launcher/required';
import { services } from '@ticketing/launcher/topology';
import { execa } from 'execa';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { mountSmallDisk } from './small-disk.ts';

// The probes of infra/k8s/base/nats.yaml, run against NATS with the cluster's configuration.

const folder = await mkdtemp(join(tmpdir(), 'ticketing-probes-'));
const disk = await mountSmallDisk(join(folder, 'store'));
const password = 'npassword';

const probe = z.object({ exec: z.object({ command: z.tuple([z.string()], z.string()) }) });
const statefulSet = z.object({
  kind: z.literal('StatefulSet'),
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([
          z.object({
            startupProbe: probe,
            livenessProbe: probe,
            readinessProbe: probe,
          }),
        ]),
      }),
    }),
  }),
});
const manifest = (path: string): string => readFileSync(join(root, 'infra', 'k8s', path), 'utf8');
const [probes] = required(
  parseAllDocuments(manifest('base/nats.yaml'))
    .map((document) => statefulSet.safeParse(document.toJS()).data)
    .find((found) => found !== undefined),
  'StatefulSet of NATS',
).spec.template.spec.containers;

/** The two applets that the probes use, for machines without busybox. */
const busybox = `#!${process.execPath}
const [applet, ...args] = process.argv.slice(2);
if (applet === 'wget') fetch(args.at(-1)).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1));
else {
  const socket = require('node:net').connect(Number(args.at(-1)), args.at(-2)).on('error', () => process.exit(1));
  process.stdin.pipe(socket).pipe(process.stdout);
}
`;

interface Nats {
  readonly server: ServerProcess;
  readonly monitorPort: number;
}

/** Whether a probe succeeds, as the kubelet would run it. */
const passes = async ({ monitorPort }: Nats, name: keyof typeof probes): Promise<boolean> => {
  const [command, ...args] = probes[name].exec.command.map((word) => word.replaceAll('8222', String(monitorPort)));
  const { failed } = await execa(required(command, 'command'), args, {
    env: { PATH: [process.env['PATH'], join(folder, 'bin')].join(delimiter) },
    reject: false,
    timeout: 10_000,
  });
  return !failed;
};

const opened: ServerProcess[] = [];

const openNats = async (config: string, store: string): Promise<Nats> => {
  const [monitorPort, clusterPort] = [await freePort(), await freePort()];
  const directory = await mkdtemp(join(folder, 'config-'));
  const file = join(directory, 'nats.conf');
  const text = manifest(config)
    .replace('/data/jetstream', store)
    .replace('127.0.0.1:8222', `127.0.0.1:${monitorPort}`)
    .replace('0.0.0.0:6222', `127.0.0.1:${clusterPort}`);
  writeFileSync(file, text);
  for (const name of ['nats-users.conf', 'nats-tls.conf', 'nats-routes-tls.conf'])
    writeFileSync(join(directory, name), manifest(`base/${name}`));
  const server = await openServerProcess({
    program: await requireProgram('nats-server'),
    flags: (port) => ({ config: file, addr: '127.0.0.1', port }),
    env: {
      POD_NAME: 'nats-0',
      ...Object.fromEntries(
        [...services, 'watchdog', 'operator'].map((user) => [`NATS_${user.toUpperCase()}_PASSWORD`, password]),
      ),
      NATS_ROUTE_PASSWORD: password,
      // Nothing listens there: the other members are away.
      ...Object.fromEntries([0, 1, 2].map((n) => [`NATS_ROUTE_${n}`, `nats://route:${password}@127.0.0.1:1`])),
    },
  });
  opened.push(server);
  return { server, monitorPort };
};

let nats: Nats;
let connection: NatsConnection;
let manager: JetStreamManager;

beforeAll(async () => {
  await mkdir(join(folder, 'bin'));
  if (findPrograms(process.env, ['busybox']).length === 0)
    writeFileSync(join(folder, 'bin', 'busybox'), busybox, { mode: 0o755 });
  nats = await openNats('base/nats.conf', join(folder, 'store'));
  const servers = `127.0.0.1:${nats.server.port}`;
  connection = await connect({ servers, user: 'operator', pass: password, maxReconnectAttempts: -1 });
  manager = await jetstreamManager(connection, { checkAPI: false });
  await eventually(() => manager.streams.add({ name: 'TEST', subjects: ['test'] }));
}, 60_000);
afterAll(async () => {
  await connection?.close();
  await Promise.all(opened.map((server) => server.close()));
  await disk?.unmount();
  await rm(folder, { recursive: true, force: true });
});

const publish = () => manager.jetstream().publish('test', 'x'.repeat(10_000), { timeout: 500 });

test('When NATS is healthy, then every probe succeeds, and none once it has ended', async () => {
  for (const name of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
    await eventually(async () => expect(`${name} ${await passes(nats, name)}`).toBe(`${name} true`));
  }
  await nats.server.kill();
  for (const name of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const)
    expect(`${name} ${await passes(nats, name)}`).toBe(`${name} false`);
  await nats.server.start();
});

const title =
  'When NATS stores nothing more because its disk was full, then the liveness probe fails until it is restarted';
const recovers = async () => {
  await eventually(publish);
  await disk?.fill();
  await eventually(() => expect(publish()).rejects.toThrow());
  await disk?.free();
  const stores = await publish().then(
    () => true,
    () => false,
  );
  // NATS before 2.14 recovers by itself as long as it is alone.
  if (!stores) {
    await eventually(async () => expect(await passes(nats, 'livenessProbe')).toBe(false));
    await nats.server.kill();
    await nats.server.start();
    await eventually(publish);
  }
  await expect(passes(nats, 'livenessProbe')).resolves.toBe(true);
};

if (disk === undefined) test.skip(`${title} (skipped: this user may not mount file systems)`, recovers);
else test(title, recovers, 30_000);

test('When a member of a cluster reports that it is not current, then the liveness probe succeeds', async () => {
  const member = await openNats('components/nats-cluster/nats.conf', await mkdtemp(join(folder, 'member-')));
  await eventually(async () => {
    const response = await fetch(`http://127.0.0.1:${member.monitorPort}/healthz`);
    expect([response.status, await response.text()]).toEqual([503, expect.stringMatching(/meta l(ayer|eader)/)]);
  });
  await expect(passes(member, 'livenessProbe')).resolves.toBe(true);
});
