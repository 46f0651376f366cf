import { openHttpClient } from '@ticketing/test/http-client';
import { costOf, sum, type MeasuredProcess } from '../cpu.ts';
import { startFloor } from '../floor/start-floor.ts';
import { percentile } from '@ticketing/test/percentile';
import { inParallel } from '../load.ts';

export interface FloorFigures {
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

const newTicket = { title: 'Floor', price: 20 };

/** Measures what the least programs of their kind do on this machine, now. */
export const floor = async (
  mongoUrl: string,
  mongod: MeasuredProcess,
  options: { requests: number; burst: number },
): Promise<FloorFigures> => {
  const bare = await startFloor('bare', mongoUrl);
  const bareRate = await rateOf(bare.url, '/', options.requests, 32);
  await bare.stop();
  const express = await startFloor('express', mongoUrl);
  const expressRate = await rateOf(express.url, '/', options.requests, 32);
  await express.stop();
  const insert = await startFloor('insert', mongoUrl);
  await rateOf(insert.url, '/', options.requests / 5, 32, newTicket);
  const { result: insertRate, cpu } = await costOf([mongod, { name: 'floor', pid: insert.pid }], () =>
    rateOf(insert.url, '/', options.requests, 32, newTicket),
  );
  const client = openHttpClient(insert.url, { connections: options.burst });
  const burst = async () =>
    Promise.all(
      Array.from({ length: options.burst }, () => client.send({ method: 'POST', path: '/', body: newTicket })),
    );
  await burst();
  const answers = await burst();
  await client.close();
  await insert.stop();
  return {
    bareRate,
    expressRate,
    insertRate,
    insertCpu: sum(cpu.values()) / options.requests,
    burstP95: percentile(
      answers.map(({ milliseconds }) => milliseconds),
      0.95,
    ),
  };
};
