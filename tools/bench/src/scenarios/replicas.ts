import { setTimeout as delay } from 'node:timers/promises';
import { costOf, sum } from '../cpu.ts';
import { atLeast } from '../figure.ts';
import type { Bench, MeasuredProduct, Scenario } from '../scenario.ts';
import { concurrency, mail, takeJourneys } from './journeys.ts';

const counts = [1, 2, 3] as const;
const idleMs = 8_000;

/** What runs once however many replicas there are. */
const single: readonly string[] = ['mongod', 'nats', 'redis', 'router'];

const withoutMail = (spent: ReadonlyMap<string, number>): number =>
  sum([...spent].filter(([name]) => !mail.includes(name)).map(([, milliseconds]) => milliseconds));

const measure = async (
  bench: Bench,
  { client, processes, sellers, buyers, startInserts, whileFrozen }: MeasuredProduct,
) => {
  const count = bench.journeys * bench.scale;
  const inserts = await startInserts();
  await takeJourneys(client, { sellers, buyers }, Math.max(100, count / 2), concurrency);
  const before = await inserts.cpu(count * 2);
  await delay(idleMs);
  const { idle, result, cpu } = await whileFrozen(mail, async () => ({
    idle: (await costOf(processes, () => delay(idleMs))).cpu,
    ...(await costOf(processes, () => takeJourneys(client, { sellers, buyers }, count, concurrency))),
  }));
  const insertCpu = (before + (await inserts.cpu(count * 2))) / 2;
  await inserts.stop();
  // Workers do their rounds in every replica, however few journeys there are.
  const idleCores = withoutMail(idle) / idleMs;
  const total = (withoutMail(cpu) - idleCores * result.seconds * 1_000) / count;
  return {
    perSecond: count / result.seconds,
    idleCores,
    /** Beyond what the processes use while nothing happens, mail apart. */
    cpuMilliseconds: total,
    inBaselineRequests: total / insertCpu,
    /** Of one core, while the journeys ran; that of a service is the sum over its replicas. */
    cores: Object.fromEntries([...cpu].map(([name, spent]) => [name, spent / result.seconds / 1_000])),
  };
};

/** Journeys with one, two and three replicas of every service on this machine: what they cost, and which process is the next limit. */
export const replicas: Scenario = {
  name: 'replicas',
  run: async (bench) => {
    const notes: string[] = [];
    const details: Record<string, Awaited<ReturnType<typeof measure>>> = {};
    for (const number of counts) {
      const measured = await measure(bench, await bench.freshProduct({ REPLICAS: String(number) }));
      details[number] = measured;
      const busiest = Object.entries(measured.cores)
        .map(([name, cores]) => [name, single.includes(name) ? cores : cores / number] as const)
        .toSorted(([, one], [, other]) => other - one)
        .slice(0, 3);
      notes.push(
        `${number}: ${measured.perSecond.toFixed(0)} journeys/s, ${measured.cpuMilliseconds.toFixed(1)} CPU ms = ` +
          `${measured.inBaselineRequests.toFixed(1)} baseline requests beyond ${measured.idleCores.toFixed(2)} cores while nothing happens; busiest processes, in cores: ` +
          busiest.map(([name, cores]) => `${name} ${cores.toFixed(2)}`).join(', '),
      );
    }
    const share = (details[1]?.inBaselineRequests ?? NaN) / (details[3]?.inBaselineRequests ?? NaN);
    return {
      notes,
      figures: [atLeast('CPU of a journey with one replica of each service, of that with three', share, 0.8, '×')],
      details,
    };
  },
};
