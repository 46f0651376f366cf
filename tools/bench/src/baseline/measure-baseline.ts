import { openHttpClient } from '@ticketing/test/http-client';
import { costOf, sum, type MeasuredProcess } from '../cpu.ts';
import { startBaseline } from './start-baseline.ts';
import { percentile } from '@ticketing/test/percentile';
import { inParallel } from '../in-parallel.ts';

export interface BaselineFigures {
  readonly bareRate: number;
  readonly expressRate: number;
  readonly insertRate: number;
  /** CPU milliseconds of one request to Express with one majority insert, mongod's part included. */
  readonly insertCpu: number;
}

const rateOf = async (
  url: string,
  path: string,
  count: number,
  concurrency: number,
  body?: object,
): Promise<number> => {
  const client = openHttpClient(url, { connections: concurrency });
  const method = body === undefined ? 'GET' : 'POST';
  const seconds = await inParallel(count, concurrency, async () => {
    await client.send({ method, path, body });
  });
  await client.close();
  return count / seconds;
};

const newTicket = { title: 'Baseline', price: 20 };

/** The baseline request, Express with one majority insert, as often as a scenario wants to compare with it. */
export interface Inserts {
  /** How many a second, of `count` at `concurrency` at a time. */
  readonly rate: (count: number, concurrency: number) => Promise<number>;
  /** CPU milliseconds of one at 32 at a time, mongod's part included. */
  readonly cpu: (count: number) => Promise<number>;
  /** p95 in milliseconds of this many at once. */
  readonly burstP95: (count: number) => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Starts the server of the baseline request and warms it up. */
export const startInserts = async (mongoUrl: string, mongod: MeasuredProcess): Promise<Inserts> => {
  const server = await startBaseline('insert', mongoUrl);
  const rate = (count: number, concurrency: number) => rateOf(server.url, '/', count, concurrency, newTicket);
  await rate(2_000, 32);
  return {
    rate,
    cpu: async (count) => {
      const { cpu } = await costOf([mongod, { name: 'baseline', pid: server.pid }], () => rate(count, 32));
      return sum(cpu.values()) / count;
    },
    burstP95: async (count) => {
      const client = openHttpClient(server.url, { connections: count });
      const responses = await Promise.all(
        Array.from({ length: count }, () => client.send({ method: 'POST', path: '/', body: newTicket })),
      );
      await client.close();
      return percentile(
        responses.map(({ milliseconds }) => milliseconds),
        0.95,
      );
    },
    stop: server.stop,
  };
};

/** Measures the baseline servers on this machine. */
export const measureBaseline = async (
  mongoUrl: string,
  mongod: MeasuredProcess,
  options: { readonly requests: number },
): Promise<BaselineFigures> => {
  const bare = await startBaseline('bare', mongoUrl);
  const bareRate = await rateOf(bare.url, '/', options.requests, 32);
  await bare.stop();
  const express = await startBaseline('express', mongoUrl);
  const expressRate = await rateOf(express.url, '/', options.requests, 32);
  await express.stop();
  const inserts = await startInserts(mongoUrl, mongod);
  const insertRate = await inserts.rate(options.requests, 32);
  const insertCpu = await inserts.cpu(options.requests);
  await inserts.stop();
  return { bareRate, expressRate, insertRate, insertCpu };
};
