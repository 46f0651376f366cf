import { root } from '@ticketing/launcher/paths';
import { failWith, print, readCommandLine, wholeNumbersOf } from '@ticketing/test/command-line';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { chart } from './chart.ts';
import { compare, comparisonLine } from './compare.ts';
import { openBench } from './open-bench.ts';
import { currentCommit, readResults, type Results } from './results.ts';
import { runScenarios } from './run-scenarios.ts';
import { scenarios } from './scenarios/index.ts';

const names = scenarios.map(({ name }) => name);

const fail = failWith(`npm run bench -- [--only NAME,…] [--journeys N] [--quick] [--from FILE] [--against FILE] [--draw]
Names: ${names.join(', ')}`);

const { values } = readCommandLine(
  {
    options: {
      journeys: { type: 'string', default: '1000' },
      only: { type: 'string', default: names.join(',') },
      quick: { type: 'boolean', default: false },
      from: { type: 'string' },
      against: { type: 'string' },
      draw: { type: 'boolean', default: false },
    },
  },
  fail,
);
const journeys = wholeNumbersOf(values, fail)('journeys', 1, 100_000);
const selected = values.only.split(',');
const unknown = selected.filter((name) => !names.includes(name));
if (unknown.length > 0) fail(`The scenario ${unknown.join(', ')} does not exist`);
// Before anything is measured: a wrong file must not cost a run.
const before = values.against === undefined ? undefined : await readResults(values.against);

const measure = async (): Promise<Results> => {
  const bench = openBench({ scale: values.quick ? 0.1 : 1, journeys });
  try {
    const baseline = await bench.baseline();
    print(
      `baseline: node:http ${baseline.bareRate.toFixed(0)}/s, Express ${baseline.expressRate.toFixed(0)}/s, Express + insert ` +
        `${baseline.insertRate.toFixed(0)}/s at ${baseline.insertCpu.toFixed(3)} CPU ms`,
    );
    const { figures, details, failed } = await runScenarios(
      scenarios.filter(({ name }) => selected.includes(name)),
      bench,
      print,
    );
    if (failed.length > 0) process.exitCode = 1;
    return {
      date: new Date().toISOString(),
      commit: await currentCommit(),
      machine: `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`,
      baseline,
      ...details,
      rows: [...figures],
    };
  } finally {
    await bench.stop();
  }
};

const write = async (results: Results): Promise<void> => {
  const folder = join(root, 'tools', 'bench', 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'latest.json'), `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(join(folder, 'latest.svg'), chart(results.rows));
  print('written: tools/bench/results/latest.json, tools/bench/results/latest.svg');
};

/** A figure for each of many kinds or pages, which the README has in tables. */
const notDrawn: readonly (string | undefined)[] = ['search', 'page-vitals'];

let results: Results;
if (values.from === undefined) {
  results = await measure();
  await write(results);
} else results = await readResults(values.from);

if (before !== undefined) {
  print(`\nagainst commit ${before.commit} of ${before.date}, this being ${results.commit}`);
  for (const comparison of compare(results.rows, before.rows)) print(comparisonLine(comparison));
}
if (values.draw) {
  const drawn = results.rows.filter(({ scenario }) => !notDrawn.includes(scenario));
  await writeFile(join(root, 'docs', 'images', 'bench.svg'), chart(drawn));
  print('written: docs/images/bench.svg');
}
