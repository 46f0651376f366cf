import { findAddresses } from '@ticketing/audit/find-addresses';
import { formatTable } from '@ticketing/audit/format-table';
import { root } from '@ticketing/launcher/paths';
import { failWith, print, readCommandLine } from '@ticketing/test/command-line';
import { startProduct } from '@ticketing/test/start-product';
import { auditProduct } from '@ticketing/watchdog/checks';
import { openSources } from '@ticketing/watchdog/sources';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Load, newMeasured } from '../load.ts';
import { expectationOf } from './expectations.ts';
import { judge, type Observation } from './judge.ts';
import { openLiveMemory } from './live-memory.ts';
import { picture } from './picture.ts';
import { endedProcesses } from './processes.ts';
import { headings, publishedIn, resultsOf, rowOf, type Series } from './report.ts';
import { openSampler, type Group, type Reading } from './sampler.ts';

const fail = failWith('npm run soak -- [--minutes N] [--publish]');
const { values } = readCommandLine(
  { options: { minutes: { type: 'string', default: '30' }, publish: { type: 'boolean', default: false } } },
  fail,
);
const minutes = Number(values.minutes);
if (!(minutes >= 2)) fail('--minutes must be at least 2');

/** A hold that nobody pays for, so that timers end all the time. */
const windowSeconds = 60;
/** Half of the 448 MiB of most services' containers (infra/k8s/base/resources.yaml), as Node takes for its heap. */
const heapMb = 224;
const firstUsers = 200;
const warmUpMs = 15_000;
const measuredMs = 30_000;
const concurrency = 32;
/** Few journeys look at pages: half an hour of them does not fill the site's heap, which grows until then. */
const firstPages = 12_000;
const pagesAtOnce = 6;
const everyMs = 10_000;
/** From half time on: before, resident memory shows what the processes take when nobody makes them collect their garbage. */
const liveEverySamples = 2;
/** A mail may be tried an hour after it is due elsewhere, which nothing could exceed in a shorter run. */
const mailWithinMs = 60_000;
/** A user may make 60 orders in an hour, and list 120 tickets. */
const maxOrdersAnHour = 50;

/** Seconds from which on growth is judged. */
const from = (minutes * 60) / 2;

const problems: string[] = [];
const printedProblems = 20;

print('starting the product');
const began = new Date();
const liveMemory = await openLiveMemory();
const product = await startProduct({
  settings: {
    RATE_LIMITS: 'on',
    TRUST_PROXY: '1',
    BUS: 'jetstream',
    EXPIRATION_WINDOW_SECONDS: String(windowSeconds),
    NODE_OPTIONS: `--max-old-space-size=${heapMb} ${liveMemory.nodeOption}`,
  },
});
const atFirst = product.processes();
const load = new Load(product.loopbackUrl, 'varied');
const series = new Map<
  string,
  { readonly group: Group; readonly name: string; readonly observations: Observation[] }
>();
let fullRate: number;
let journeys: number;
try {
  await load.signUp(firstUsers);
  await load.runAtFullRate(warmUpMs, concurrency);
  const full = await load.runAtFullRate(measuredMs, concurrency);
  fullRate = full.perSecond;
  const rate = fullRate / 2;
  print(`loading ${firstPages} pages, which fill the site's heap`);
  await load.visit(firstPages, pagesAtOnce);
  print(`${fullRate.toFixed(1)} journeys/s at the full rate; ${rate.toFixed(1)}/s for ${minutes} min`);
  await load.signUp(Math.ceil((rate * 3_600) / maxOrdersAnHour));

  const sampler = await openSampler(product, liveMemory);
  const unread: string[] = [];
  const measured = newMeasured();
  const start = performance.now();
  const running = load.run(minutes * 60_000, rate, measured);
  for (let sample = 0; sample * everyMs <= minutes * 60_000; sample += 1) {
    await delay(Math.max(0, start + sample * everyMs - performance.now()));
    const seconds = (performance.now() - start) / 1_000;
    const isLive = seconds >= from && sample % liveEverySamples === 0;
    const readings = await sampler.read({ isLive }).catch((error: unknown): Reading[] => {
      unread.push(`after ${seconds.toFixed(0)} s: ${String(error)}`);
      return [];
    });
    for (const [group, name, value] of readings) {
      const key = `${group} ${name}`;
      const one = series.get(key) ?? { group, name, observations: [] };
      one.observations.push({ seconds, journeys: measured.journeys, value });
      series.set(key, one);
    }
    if (sample % 6 === 0) print(`${(seconds / 60).toFixed(0)} of ${minutes} min, ${measured.journeys} journeys`);
  }
  await running;
  problems.push(...endedProcesses(atFirst, product.processes()));
  const [firstUnread] = unread;
  if (firstUnread !== undefined) problems.push(`${unread.length} samples could not be read, the first ${firstUnread}`);
  await sampler.close();
  journeys = measured.journeys;
  for (const refused of [...full.refused, ...measured.refused]) problems.push(`refused: ${refused}`);
  const sources = openSources(await findAddresses({ DATA_DIR: product.dataDir }, root), 'soak');
  const violations = await auditProduct(sources, { limits: { mailWithinMs } }).then(
    (audit) => audit.violations,
    (error: unknown) => [{ check: 'audit', text: String(error) }],
  );
  await sources.close();
  for (const { check, text } of violations) problems.push(`${check}: ${text}`);
} finally {
  await load.close();
  await product.stop();
  await liveMemory.close();
}

const all: Series[] = [...series.values()].map((one) => ({
  ...one,
  judgement: judge(one.observations, from, expectationOf(one.group, one.name, heapMb)),
}));
for (const { group, name, judgement } of all)
  if (judgement.problem !== undefined) problems.push(`${group} ${name} ${judgement.problem}`);
print(`\n${formatTable(headings, all.map(rowOf))}\n`);

const results = resultsOf({
  began,
  minutes,
  machine: `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`,
  fullRate,
  journeys,
  problems,
  series: all,
});
const drawn = picture(all, { minutes, from });
const folder = join(import.meta.dirname, '..', '..', 'results');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'soak.json'), `${JSON.stringify({ ...results.json, series: all })}\n`);
await writeFile(join(folder, 'soak.svg'), drawn);
if (values.publish) {
  const docs = join(root, 'docs');
  const document = join(docs, 'soak.md');
  await writeFile(document, publishedIn(await readFile(document, 'utf8'), results.markdown));
  await writeFile(join(docs, 'soak.json'), `${JSON.stringify(results.json, undefined, 2)}\n`);
  await writeFile(join(docs, 'images', 'soak.svg'), drawn);
}
for (const problem of problems.slice(0, printedProblems)) print(`FAILED: ${problem}`);
if (problems.length > printedProblems) print(`and ${problems.length - printedProblems} more problems`);
if (problems.length === 0) print('Memory is flat, and every store grows by no more than it may.');
process.exit(problems.length === 0 ? 0 : 1);
