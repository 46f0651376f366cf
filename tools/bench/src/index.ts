import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { chart } from './chart.ts';
import { openBench } from './open-bench.ts';
import { runScenarios } from './run-scenarios.ts';
import { scenarios } from './scenarios/index.ts';

const { values } = parseArgs({
  options: {
    journeys: { type: 'string', default: '1000' },
    only: { type: 'string', default: scenarios.map(({ name }) => name).join(',') },
    quick: { type: 'boolean', default: false },
  },
});
const selected = values.only.split(',');
const unknown = selected.filter((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown.length > 0) throw new Error(`no scenario is called ${unknown.join(', ')}`);

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const bench = openBench({ scale: values.quick ? 0.1 : 1, journeys: Number(values.journeys) });
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
  const results = {
    date: new Date().toISOString(),
    machine: `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`,
    baseline,
    ...details,
    rows: figures,
  };
  const folder = new URL('../results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('latest.json', folder), `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(new URL('latest.svg', folder), chart(figures));
  print('written: tools/bench/results/latest.json, tools/bench/results/latest.svg');
  if (failed.length > 0) process.exitCode = 1;
} finally {
  await bench.stop();
}
