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
  /** p95 in milliseconds of `burst` such requests at once. */
  readonly burstP95: number;
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

/** Measures the baseline servers on this machine. */
export const measureBaseline = async (
  mongoUrl: string,
  mongod: MeasuredProcess,
  options: { requests: number; burst: number },
): Promise<BaselineFigures> => {
  const bare = await startBaseline('bare', mongoUrl);
  const bareRate = await rateOf(bare.url, '/', options.requests, 32);
  await bare.stop();
  const express = await startBaseline('express', mongoUrl);
  const expressRate = await rateOf(express.url, '/', options.requests, 32);
  await express.stop();
  const insert = await startBaseline('insert', mongoUrl);
  await rateOf(insert.url, '/', options.requests / 5, 32, newTicket);
  const { result: insertRate, cpu } = await costOf([mongod, { name: 'baseline', pid: insert.pid }], () =>
    rateOf(insert.url, '/', options.requests, 32, newTicket),
  );
  const client = openHttpClient(insert.url, { connections: options.burst });
  const burst = async () =>
    Promise.all(
      Array.from({ length: options.burst }, () => client.send({ method: 'POST', path: '/', body: newTicket })),
    );
  await burst();
  const responses = await burst();
  await client.close();
  await insert.stop();
  return {
    bareRate,
    expressRate,
    insertRate,
    insertCpu: sum(cpu.values()) / options.requests,
    burstP95: percentile(
      responses.map(({ milliseconds }) => milliseconds),
      0.95,
    ),
  };
};
