import { required } from '@ticketing/launcher/required';
import { openHttpClient, type HttpClient } from '@ticketing/test/http-client';
import { percentile } from '@ticketing/test/percentile';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { collectGarbage } from '../collect-garbage.ts';
import type { MeasuredProcess } from '../cpu.ts';
import { atMost } from '../figure.ts';
import { inParallel } from '../in-parallel.ts';
import { listTickets, untilOrderable } from '../list-tickets.ts';
import { median } from '../median.ts';
import { residentBytes } from '../memory.ts';
import type { Scenario } from '../scenario.ts';
import { openStream, type Stream } from '../streams.ts';
import { textOf } from '../users.ts';
import { fillCatalogue, idOf } from './catalogue.ts';

const lateMs = 10_000;

interface Replicas {
  /** Where changes are made. */
  readonly changing: HttpClient;
  /** Of the replica where the streams are. */
  readonly streamsUrl: string;
}

const millisecondsUntil = async (stream: Stream, text: string, change: () => Promise<number>): Promise<number> => {
  const changedAt = await change();
  return Math.max(0, (await stream.shows(text)) - changedAt);
};

const edit = async ({ changing }: Replicas, seller: string, id: string, body: object): Promise<number> => {
  const { status } = await changing.send({ method: 'PUT', path: `/api/tickets/${id}`, cookie: seller, body });
  if (status !== 200) throw new Error(`edit: ${status}`);
  return performance.now();
};

/**
 * Milliseconds from the response to a change at one replica to the message at a stream of the other one, for edits of a ticket
 * and of the only listing of an event, and for cancellations of orders.
 */
const updates = async (
  client: HttpClient,
  { tickets, orders }: { readonly tickets: Replicas; readonly orders: Replicas },
  { seller, buyer }: { readonly seller: string; readonly buyer: string },
  count: number,
): Promise<Readonly<Record<'tickets' | 'events' | 'orders', readonly number[]>>> => {
  const times: Record<'tickets' | 'events' | 'orders', number[]> = { tickets: [], events: [], orders: [] };
  const title = 'Streamed';
  const listed = await client.send({
    method: 'POST',
    path: '/api/tickets',
    cookie: seller,
    body: { title, price: 30 },
  });
  const id = textOf(listed, 'id');
  const ofTicket = await openStream(`${tickets.streamsUrl}/api/tickets/${id}/stream`);
  await ofTicket.shows(id);
  const eventPath = `/api/events/${textOf(listed, 'eventId')}`;
  const end = performance.now() + lateMs;
  while ((await client.send({ method: 'GET', path: eventPath })).status !== 200)
    if (performance.now() > end) throw new Error('the event did not appear');
  const ofEvent = await openStream(`${tickets.streamsUrl}${eventPath}/stream`);
  for (let index = 0; index < count; index += 1) {
    const price = 1_000 + index;
    times.tickets.push(
      await millisecondsUntil(ofTicket, `"price":${price},`, () => edit(tickets, seller, id, { title, price })),
    );
    await ofEvent.shows(`"fromPrice":${price},`);
  }
  for (let index = 0; index < count; index += 1) {
    const price = 2_000 + index;
    times.events.push(
      await millisecondsUntil(ofEvent, `"fromPrice":${price},`, () => edit(tickets, seller, id, { title, price })),
    );
  }
  ofTicket.close();
  ofEvent.close();

  const forSale = await listTickets(client, seller, count);
  await untilOrderable(client, seller, forSale);
  for (const ticketId of forSale) {
    const ordered = await orders.changing.send({
      method: 'POST',
      path: '/api/orders',
      cookie: buyer,
      body: { ticketId },
    });
    const path = `/api/orders/${textOf(ordered, 'id')}`;
    const stream = await openStream(`${orders.streamsUrl}${path}/stream`, { cookie: buyer });
    await stream.shows('"status":"awaiting:payment","createdAt"');
    times.orders.push(
      await millisecondsUntil(stream, '"status":"cancelled"', async () => {
        const { status } = await orders.changing.send({ method: 'DELETE', path, cookie: buyer });
        if (status !== 204) throw new Error(`cancellation: ${status}`);
        return performance.now();
      }),
    );
    stream.close();
  }
  return times;
};

/** A stream as nothing but a socket, so that thousands of them cost this process, which measures, next to nothing. */
const holdStream = async (url: URL): Promise<Socket> => {
  const socket = connect(Number(url.port), url.hostname);
  socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`);
  let received = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    received += String(chunk);
    if (received.includes('\ndata: ')) return socket.resume();
  }
  throw new Error(`${url.href} ended: ${received}`);
};

/** Resident memory once garbage is collected. */
const collectedBytes = async ({ pid }: MeasuredProcess): Promise<number> => {
  await collectGarbage(pid);
  return residentBytes(pid);
};

const p95OfLists = async (client: HttpClient, { pid }: MeasuredProcess, requests: number): Promise<number> => {
  await collectGarbage(pid);
  const times: number[] = [];
  await inParallel(requests, 4, async () => {
    const { status, milliseconds } = await client.send({ method: 'GET', path: '/api/tickets' });
    if (status !== 200) throw new Error(`list: ${status}`);
    times.push(milliseconds);
  });
  return percentile(times, 0.95);
};

const closeStreams = async (streams: readonly Socket[]): Promise<void> => {
  await Promise.all(
    streams.map(async (stream) => {
      const closed = once(stream, 'close');
      stream.destroy();
      await closed;
    }),
  );
};

/** Before anything is compared: the first requests of a process take two to three times as long as later ones. */
const warmUps = 5;
const comparisons = 5;

/**
 * Opens streams of as many tickets, which `fillCatalogue` has stored, at one replica, and closes them, several times in turns.
 * Measures what its resident memory grows by for each stream, and the p95 of its list: with the streams, as a multiple of that
 * without them just before and just after.
 */
const openStreams = async (
  client: HttpClient,
  replica: MeasuredProcess & { readonly url: string },
  count: number,
  requests: number,
): Promise<{
  readonly kilobytes: number;
  /** Medians of the p95, in milliseconds. */
  readonly without: number;
  readonly with: number;
  readonly ratios: readonly number[];
  readonly ratio: number;
}> => {
  const open = async (): Promise<Socket[]> => {
    const streams: Socket[] = [];
    await inParallel(count, 50, async (index) => {
      streams.push(await holdStream(new URL(`/api/tickets/${idOf('aaaa', index)}/stream`, replica.url)));
    });
    return streams;
  };
  for (let index = 0; index < warmUps; index += 1) await p95OfLists(client, replica, requests);
  const empty = await collectedBytes(replica);
  let streams = await open();
  const kilobytes = ((await collectedBytes(replica)) - empty) / count / 1_024;
  await closeStreams(streams);
  const without = [await p95OfLists(client, replica, requests)];
  const withStreams: number[] = [];
  const ratios: number[] = [];
  for (let index = 0; index < comparisons; index += 1) {
    streams = await open();
    const during = await p95OfLists(client, replica, requests);
    await closeStreams(streams);
    const after = await p95OfLists(client, replica, requests);
    ratios.push((2 * during) / (required(without.at(-1), 'p95') + after));
    withStreams.push(during);
    without.push(after);
  }
  return { kilobytes, without: median(without), with: median(withStreams), ratios, ratio: median(ratios) };
};

/** Two processes of a service: the first makes the changes. */
const replicasOf = (processes: readonly (MeasuredProcess & { readonly url: string })[], name: string): Replicas => {
  const [one, other] = processes.filter((process) => process.name === name);
  return { changing: openHttpClient(required(one, name).url), streamsUrl: required(other, `a second ${name}`).url };
};

export const streams: Scenario = {
  name: 'streams',
  run: async (bench) => {
    const product = await bench.freshProduct({ REPLICAS: '2' });
    const { client, seller, buyer, processes } = product;
    const [tickets, orders] = [replicasOf(processes, 'tickets'), replicasOf(processes, 'orders')];
    const times = await updates(client, { tickets, orders }, { seller, buyer }, 200);
    const quantiles = Object.entries(times).map(
      ([name, all]) => [name, { p50: percentile(all, 0.5), p95: percentile(all, 0.95) }] as const,
    );
    const count = 5_000 * bench.scale;
    await fillCatalogue(product.mongoUrl('tickets'), count);
    const open = await openStreams(tickets.changing, product.process('tickets'), count, 5_000 * bench.scale);
    await Promise.all([tickets, orders].map(({ changing }) => changing.close()));
    return {
      notes: [
        ...quantiles.map(([name, { p50 }]) => `${name}: p50 ${p50.toFixed(0)} ms`),
        `list, p95: ${open.without.toFixed(1)} ms without streams, ${open.with.toFixed(1)} ms with them; ratios ` +
          open.ratios.map((ratio) => ratio.toFixed(2)).join(', '),
      ],
      figures: [
        ...quantiles.map(([name, { p95 }]) =>
          atMost(`200 updates of ${name} at a stream on the other replica, p95`, p95, 1_000, 'ms'),
        ),
        atMost(`memory of a stream, of ${count}`, open.kilobytes, 40, 'KB'),
        atMost(`p95 of the list with ${count} streams, of that without`, open.ratio, 1.3, '×'),
      ],
      details: { ...Object.fromEntries(quantiles), open },
    };
  },
};
