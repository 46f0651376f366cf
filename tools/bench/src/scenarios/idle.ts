import { MongoClient } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import { costOf, sum } from '../cpu.ts';
import { atMost } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { statementsOf } from '../statements.ts';

/** Until what the start has left to do is done. */
const settleMs = 20_000;
const seconds = 20;

/** What the product costs while nobody uses it: repairs, sweeps, probes and heartbeats. It is a part of every other figure. */
export const idle: Scenario = {
  name: 'idle',
  run: async (bench) => {
    const { processes, mongoUrl } = await bench.product();
    await delay(settleMs);
    const mongo = await new MongoClient(mongoUrl('admin')).connect();
    try {
      const { result, cpu } = await costOf(processes, () => statementsOf(mongo, () => delay(seconds * 1_000)));
      const perSecond = [...cpu].map(([name, spent]) => [name, spent / seconds] as const);
      const statements = sum(result.statements.values()) / seconds;
      const total = sum(perSecond.map(([, spent]) => spent));
      return {
        notes: [
          ...perSecond.map(([name, spent]) => `${name}: ${spent.toFixed(1)} CPU ms a second`),
          `${statements.toFixed(0)} statements of MongoDB a second`,
        ],
        figures: [atMost('CPU of all processes while nothing happens', total, 400, 'ms a second')],
        details: { cpuMillisecondsPerSecond: Object.fromEntries(perSecond), total, statementsPerSecond: statements },
      };
    } finally {
      await mongo.close();
    }
  },
};
