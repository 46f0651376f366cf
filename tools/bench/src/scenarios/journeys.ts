import { MongoClient } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import type { HttpClient, HttpResponse } from '@ticketing/test/http-client';
import { percentile } from '@ticketing/test/percentile';
import { costOf, costOfOne, sum } from '../cpu.ts';
import { atMost } from '../figure.ts';
import { inParallel } from '../in-parallel.ts';
import type { MeasuredProduct, Scenario } from '../scenario.ts';
import { counting, settleMs, statementsOf, withoutIdle } from '../statements.ts';
import { cyclic, textOf } from '../users.ts';
import { untilIdle } from '../until-idle.ts';

export interface JourneyTimes {
  /** Milliseconds from the 201 of a new ticket until it could be ordered. */
  readonly orderable: number[];
  /** Of each order 1 if its 201 showed that its hold was confirmed, else 0. */
  readonly confirmed: number[];
  /** Milliseconds from the 201 of an order until the 201 of its payment. */
  readonly paid: number[];
  /** Milliseconds from the request that paid until its 201. */
  readonly payment: number[];
  /** Milliseconds from the 201 of the payment until the order was complete. */
  readonly complete: number[];
}

export const newTimes = (): JourneyTimes => ({ orderable: [], confirmed: [], paid: [], payment: [], complete: [] });

const timeoutMs = 30_000;

/** Repeats a request while `again` is true, at growing intervals, as a waiting page does. */
export const until = async (
  send: () => Promise<HttpResponse>,
  again: (response: HttpResponse) => boolean,
  pauseMs: number,
): Promise<HttpResponse> => {
  const end = performance.now() + timeoutMs;
  for (let pause = pauseMs; ; pause = Math.min(pause * 1.5, 250)) {
    const response = await send();
    if (!again(response) || performance.now() > end) return response;
    await delay(pause);
  }
};

const expectStatus = (response: HttpResponse, status: number, step: string): void => {
  if (response.status !== status) throw new Error(`${step}: ${response.status} ${JSON.stringify(response.body)}`);
};

/** One journey: ticket listed → orderable → ordered → payable → paid → complete. */
export const journey = async (
  client: HttpClient,
  seller: string,
  buyer: string,
  index: number,
  times: JourneyTimes,
): Promise<void> => {
  const ticket = await client.send({
    method: 'POST',
    path: '/api/tickets',
    cookie: seller,
    body: { title: `Journey ${index}`, price: 20 + (index % 100), category: 'concerts', city: 'Vienna', venue: 'Hall' },
  });
  expectStatus(ticket, 201, 'listing');
  const listedAt = performance.now();
  const order = await until(
    () => client.send({ method: 'POST', path: '/api/orders', cookie: buyer, body: { ticketId: textOf(ticket, 'id') } }),
    ({ status }) => status === 404,
    10,
  );
  expectStatus(order, 201, 'order');
  times.orderable.push(performance.now() - listedAt - order.milliseconds);
  times.confirmed.push(textOf(order, 'status') === 'awaiting:payment' ? 1 : 0);
  const orderId = textOf(order, 'id');
  const orderedAt = performance.now();
  const payment = await until(
    () => client.send({ method: 'POST', path: '/api/payments', cookie: buyer, body: { orderId, token: 'tok_visa' } }),
    ({ status }) => status === 404 || status === 409,
    10,
  );
  expectStatus(payment, 201, 'payment');
  times.paid.push(performance.now() - orderedAt);
  times.payment.push(payment.milliseconds);
  const paidAt = performance.now();
  const complete = await until(
    () => client.send({ method: 'GET', path: `/api/orders/${orderId}`, cookie: buyer }),
    (response) => textOf(response, 'status') !== 'complete',
    20,
  );
  if (textOf(complete, 'status') !== 'complete') throw new Error(`order ${orderId} is ${textOf(complete, 'status')}`);
  times.complete.push(performance.now() - paidAt);
};

export const takeJourneys = async (
  client: HttpClient,
  users: { readonly sellers: readonly string[]; readonly buyers: readonly string[] },
  count: number,
  concurrency: number,
): Promise<{ readonly seconds: number; readonly times: JourneyTimes }> => {
  const times = newTimes();
  const seconds = await inParallel(count, concurrency, (index) =>
    journey(client, cyclic(users.sellers, index), cyclic(users.buyers, index), index, times),
  );
  return { seconds, times };
};

export const summary = (values: readonly number[]) => ({
  p50: Math.round(percentile(values, 0.5)),
  p99: Math.round(percentile(values, 0.99)),
});

/** Journeys at a time. */
export const concurrency = 32;
/** Mail is apart, as are the reads of the watchdog among the statements: `notifications` stands still while journeys are measured. */
export const mail: readonly string[] = ['notifications', 'mailbox'];
const idleMs = 8_000;

/** MongoDB's statements for `count` journeys, by command, without those that the services repeat while nothing happens. */
const countStatements = async (
  { client, sellers, buyers, mongoUrl, whileFrozen }: MeasuredProduct,
  count: number,
): Promise<ReadonlyMap<string, number>> => {
  const mongo = await new MongoClient(mongoUrl('admin')).connect();
  try {
    return await whileFrozen(['notifications', 'watchdog'], async () => {
      await delay(settleMs);
      const idle = await statementsOf(mongo, () => delay(idleMs));
      const busy = await statementsOf(mongo, async () => {
        await takeJourneys(client, { sellers, buyers }, count, concurrency);
        await delay(settleMs);
      });
      return withoutIdle(busy, idle, count);
    });
  } finally {
    await mongo.close();
  }
};

export const journeys: Scenario = {
  name: 'journeys',
  run: async (bench) => {
    const product = await bench.product();
    const { client, processes, sellers, buyers } = product;
    const count = bench.journeys * bench.scale;
    const requests = new Map<string, number>();
    const inserts = await product.startInserts();
    const before = await inserts.cpu(count * 5);
    await takeJourneys(client, { sellers, buyers }, Math.max(100, count / 5), concurrency);
    // Else what mail causes in MongoDB and NATS would be counted.
    const { result, cpu } = await product.whileFrozen(mail, () =>
      costOf(processes, () => takeJourneys(counting(client, requests), { sellers, buyers }, count, concurrency)),
    );
    await untilIdle(processes);
    const after = await inserts.cpu(count * 5);
    await inserts.stop();
    const insertCpu = (before + after) / 2;
    const perJourney = costOfOne(cpu, count);
    const total = sum(
      Object.entries(perJourney)
        .filter(([name]) => !mail.includes(name))
        .map(([, spent]) => spent),
    );
    const perSecond = count / result.seconds;
    const requestsPerJourney = new Map([...requests].map(([step, sent]) => [step, sent / count]));
    const statements = await countStatements(product, Math.max(100, count / 2));
    return {
      notes: [
        ...Object.entries(perJourney).map(([name, spent]) => `${name}: ${spent.toFixed(2)} CPU ms per journey`),
        `${perSecond.toFixed(0)} journeys/s; a baseline request takes ${insertCpu.toFixed(3)} CPU ms`,
        ...[...requestsPerJourney].map(([step, sent]) => `${sent.toFixed(2)} × ${step}`),
        ...[...statements].map(([name, sent]) => `${sent.toFixed(2)} × ${name} of MongoDB`),
      ],
      figures: [
        atMost('CPU of a whole journey, mail apart, in baseline requests', total / insertCpu, 24, '×'),
        atMost('HTTP requests of a journey', sum(requestsPerJourney.values()), 6, ''),
        atMost("MongoDB's statements of a journey, mail and watchdog apart", sum(statements.values()), 11, ''),
      ],
      details: {
        perSecond,
        insertCpu: { before, after },
        cpuMilliseconds: perJourney,
        total,
        inBaselineRequests: total / insertCpu,
        requests: Object.fromEntries(requestsPerJourney),
        statements: Object.fromEntries(statements),
        orderable: summary(result.times.orderable),
        paid: summary(result.times.paid),
        complete: summary(result.times.complete),
      },
    };
  },
};
