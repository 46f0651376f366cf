import { services } from '@ticketing/launcher/topology';
import { findAddresses } from '@ticketing/audit/find-addresses';
import { formatTable } from '@ticketing/audit/format-table';
import { root } from '@ticketing/launcher/paths';
import { required } from '@ticketing/launcher/required';
import { percentile } from '@ticketing/test/percentile';
import { startProduct, type Product } from '@ticketing/test/start-product';
import { auditProduct } from '@ticketing/watchdog/checks';
import { openSources } from '@ticketing/watchdog/sources';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { countEvents, type EventSizes } from './event-sizes.ts';
import { Load, type Measured } from './load.ts';
import { observe, type Observed } from './observe.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    quiet: { type: 'string', default: '2' },
    rate: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
  },
});
const minuteMs = 60_000;
const minutes = Number(values.minutes);
const quietMinutes = Number(values.quiet);
const rate = Number(values.rate);
const connections = Number(values.connections);

/** With the hostile account the p95 of the others may be this many times what it is without. */
const maxRatio = 2;
/** The limit of a service's container (infra/k8s/base/resources.yaml). */
const maxServiceMb = 448;
/** Where an alert fires (infra/observability/alerts.yaml). */
const maxStreamShare = 0.7;
/** A user may list 120 tickets and make 60 orders in an hour: these suffice for 20 minutes of the default rate. */
const userCount = 100;
const hostileAddress = '10.66.6.6';
const hostileTickets = 60;
const warmUpMs = 15_000;
/** Below this many responses a 95th percentile says little. */
const minSamples = 40;

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const responses = z.array(z.object({ route: z.string(), statuses: z.record(z.string(), z.number()) }));

/** What the hostile account has achieved. */
interface Achieved {
  /** The responses that it got, by route and status. */
  readonly responses: z.infer<typeof responses>;
  readonly events: readonly EventSizes[];
}

/** Runs the hostile account in another process while `action` runs. */
const withHostileAccount = async <T>(
  product: Product,
  ticketIds: readonly string[],
  action: () => Promise<T>,
): Promise<{ readonly result: T; readonly achieved: Achieved }> => {
  const options = { url: product.loopbackUrl, address: hostileAddress, connections, ticketIds };
  const child = fork(join(import.meta.dirname, 'account.ts'), [JSON.stringify(options)]);
  try {
    const [{ id }] = z.tuple([z.object({ id: z.string() })]).parse((await once(child, 'message')).slice(0, 1));
    const nats = required(
      product.processes().find(({ name }) => name === 'nats'),
      'nats in processes.json',
    );
    const events = await countEvents(nats.url, id);
    const result = await action();
    const last = once(child, 'message');
    child.send('stop');
    const [sent] = await last;
    return { result, achieved: { responses: responses.parse(sent), events: await events.stop() } };
  } finally {
    child.kill();
  }
};

interface Phase {
  readonly measured: Measured;
  readonly observed: Observed;
}

const runPhase = async (product: Product, load: Load, milliseconds: number): Promise<Phase> => {
  const observer = observe(product);
  const measured = await load.run(milliseconds, rate);
  return { measured, observed: await observer.stop() };
};

const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

interface Row {
  readonly step: string;
  readonly count: number;
  readonly p50: readonly [quiet: number, attacked: number];
  readonly p95: readonly [quiet: number, attacked: number];
  readonly ratio: number;
}

const rowOf = (step: string, quiet: readonly number[], attacked: readonly number[]): Row => {
  const p95 = [percentile(quiet, 0.95), percentile(attacked, 0.95)] as const;
  return {
    step,
    count: Math.min(quiet.length, attacked.length),
    p50: [percentile(quiet, 0.5), percentile(attacked, 0.5)],
    p95,
    ratio: p95[1] / p95[0],
  };
};

const compare = (quiet: readonly Measured[], attacked: Measured): Row[] => {
  const timesOf = (step: string) => quiet.flatMap(({ times }) => times.get(step) ?? []);
  const steps = [...attacked.times.keys()];
  return [
    rowOf('all requests', steps.flatMap(timesOf), [...attacked.times.values()].flat()),
    ...steps.map((step) => rowOf(step, timesOf(step), attacked.times.get(step) ?? [])),
  ];
};

const problems: string[] = [];
const check = (holds: boolean, problem: string): void => {
  if (!holds) problems.push(problem);
};

print('starting the product');
const product = await startProduct({ settings: { RATE_LIMITS: 'on', TRUST_PROXY: '1', BUS: 'jetstream' } });
try {
  const load = new Load(product.loopbackUrl);
  await load.signUp(userCount);
  const ticketIds = await load.list(hostileTickets);
  await load.run(warmUpMs, rate);
  print(`${quietMinutes} min without the hostile account`);
  const before = await runPhase(product, load, quietMinutes * minuteMs);
  print(`${minutes} min with it, on ${connections} connections`);
  const { result: attacked, achieved } = await withHostileAccount(product, ticketIds, () =>
    runPhase(product, load, minutes * minuteMs),
  );
  print(`${quietMinutes} min without it`);
  const after = await runPhase(product, load, quietMinutes * minuteMs);
  await load.close();

  const rows = compare([before.measured, after.measured], attacked.measured);
  print('');
  print(
    formatTable(
      ['step of the others', 'responses', 'p50 without', 'with', 'p95 without', 'with', 'ratio'],
      rows.map(({ step, count, p50, p95, ratio }) => [step, count, ...p50.map(ms), ...p95.map(ms), ratio.toFixed(2)]),
    ),
  );
  for (const { step, count, ratio } of rows)
    if (count >= minSamples) check(ratio <= maxRatio, `p95 of ${step} is ${ratio.toFixed(2)} times as high`);
  for (const { measured } of [before, attacked, after])
    for (const refusal of measured.refused) problems.push(`refused: ${refusal}`);

  print('');
  print(
    formatTable(
      ['route of the hostile account', 'a second', '2xx', '4xx', '429', '5xx or none'],
      achieved.responses.map(({ route, statuses }) => {
        const count = (is: (status: number) => boolean) =>
          Object.entries(statuses).reduce((sum, [status, times]) => (is(Number(status)) ? sum + times : sum), 0);
        return [
          route,
          (count(() => true) / (minutes * 60)).toFixed(1),
          count((status) => status >= 200 && status < 300),
          count((status) => status >= 400 && status < 500 && status !== 429),
          count((status) => status === 429),
          count((status) => status === 0 || status >= 500),
        ];
      }),
    ),
  );
  print('');
  print(
    formatTable(
      ['its events', 'count', 'bytes', 'largest'],
      achieved.events.map(({ subject, count, bytes, largest }) => [subject, count, bytes, largest]),
    ),
  );

  print('');
  const phases = [before, attacked, after].map(({ observed }) => observed);
  const names = [...attacked.observed.memory.keys()];
  print(
    formatTable(
      ['largest', 'before', 'with', 'after'],
      [
        ...names.map((name) => [`MB of ${name}`, ...phases.map(({ memory }) => Math.round(memory.get(name) ?? 0))]),
        ...names.map((name) => [
          `CPU ms a second of ${name}`,
          ...phases.map(({ cpu }) => Math.round(cpu.get(name) ?? 0)),
        ]),
        ['MB of the stream', ...phases.map(({ stream }) => stream.toFixed(2))],
        ['events waiting in an outbox', ...phases.map(({ outboxWaiting }) => outboxWaiting)],
      ],
    ),
  );
  for (const { memory, streamShare } of phases) {
    for (const name of services) {
      const most = memory.get(name) ?? 0;
      check(most <= maxServiceMb, `${name} takes ${Math.round(most)} MB`);
    }
    check(streamShare <= maxStreamShare, `the stream is ${Math.round(streamShare * 100)} % full`);
  }

  const sources = openSources(await findAddresses({ DATA_DIR: product.dataDir }, root), 'hostile');
  const { violations } = await auditProduct(sources);
  await sources.close();
  for (const { check: name, text } of violations) problems.push(`${name}: ${text}`);
  const folder = join(import.meta.dirname, '..', '..', 'results');
  await mkdir(folder, { recursive: true });
  const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
  const results = { date: new Date().toISOString(), machine, ...values, rows, achieved, problems };
  await writeFile(join(folder, 'hostile.json'), `${JSON.stringify(results, undefined, 2)}\n`);
} finally {
  await product.stop();
}
print('');
for (const problem of problems) print(`FAILED: ${problem}`);
if (problems.length === 0) print('The hostile account has slowed down, refused and filled nothing for the others.');
process.exit(problems.length === 0 ? 0 : 1);
