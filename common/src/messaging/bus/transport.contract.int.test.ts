import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { z } from 'zod';
import { defineEvent } from '../../events/index.ts';
import { openFaultyProxy } from '../../testing/faulty-proxy.ts';
import { eventually, throughout } from '../../testing/eventually.ts';
import { findProgram } from '../../testing/find-program.ts';
import { natsStreamingProgram } from './nats-streaming/test/program.ts';
import { openNatsStreamingServer } from './nats-streaming/test/server.ts';
import type { ServerProcess } from '../../testing/server-process.ts';
import { openNatsServer } from '../../testing/servers.ts';
import { createTransport, type BusConfig } from './create-transport.ts';
import { createJetStreamTransport } from './jetstream/transport.ts';
import { natsServers } from './nats-servers.ts';
import { onEach } from '../listening/on.ts';
import { ListenerRunner } from '../listening/listener-runner.ts';
import { createNatsStreamingTransport } from './nats-streaming/transport.ts';
import type { InboundMessage, Subscription, SubscriptionOptions, Transport } from './transport.ts';

/** Shortened, so that redelivery is seen within a test. */
const ackWaitMs = 1_000;
const maxBytes = 16 * 1024 * 1024;
const clusterId = 'contract';
/** In the URL, as NATS_URL has them. */
const credentials = { user: 'bus', pass: 'p@ss' };
const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });

interface Kind {
  readonly name: string;
  readonly bus: BusConfig['BUS'];
  /** Why its server is not available here. */
  readonly missing: string | undefined;
  readonly open: () => Promise<ServerProcess>;
  readonly connect: (url: string, namespace: string) => Transport;
}

const natsServer = await findProgram('nats-server');
const natsStreaming = await natsStreamingProgram();

const kinds: Kind[] = [
  {
    name: 'JetStream',
    bus: 'jetstream',
    missing: natsServer === undefined ? 'nats-server is not installed' : undefined,
    open: () => openNatsServer(credentials),
    connect: (url, namespace) =>
      createJetStreamTransport({ url, namespace, clientName: 'contract', logger, ackWaitMs, maxBytes }),
  },
  {
    name: 'NATS Streaming',
    bus: 'nats-streaming',
    missing: 'reason' in natsStreaming ? natsStreaming.reason : undefined,
    open: () => openNatsStreamingServer('path' in natsStreaming ? natsStreaming.path : '', clusterId, credentials),
    connect: (url, namespace) =>
      createNatsStreamingTransport({ url, clusterId, namespace, clientName: 'contract', logger, ackWaitMs }),
  },
];

/** A message that a subscription has received, with the time. */
interface Received {
  readonly body: string;
  readonly message: InboundMessage;
  readonly at: number;
}

const ack = ({ message }: Received): void => message.ack();
const bodies = (received: readonly Received[]): string[] => received.map(({ body }) => body);
const unique = (values: readonly string[]): string[] => [...new Set(values)].toSorted();
const numbered = (count: number, prefix = 'm'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(4, '0')}`);

for (const kind of kinds) {
  if (kind.missing !== undefined) {
    process.stderr.write(`The contract of ${kind.name} is not tested: ${kind.missing}\n`);
    const { missing } = kind;
    // In CI every server has to be there.
    const report = process.env.CI === undefined ? test.skip : test;
    report(`When the contract of ${kind.name} is tested, then its server is installed`, () => {
      throw new Error(missing);
    });
    continue;
  }

  describe(kind.name, () => {
    const namespace = `t${randomUUID().slice(0, 8)}`;
    const transports: Transport[] = [];
    /** Servers of single tests. */
    const others: ServerProcess[] = [];
    const subscriptions: Subscription[] = [];
    let server: ServerProcess;
    let transport: Transport;
    let subject: string;

    const url = (): string => `nats://bus:p%40ss@127.0.0.1:${server.port}`;
    const open = (through = url()): Transport => {
      const opened = kind.connect(through, namespace);
      transports.push(opened);
      return opened;
    };
    const publish = (body: string, on = transport): Promise<void> => on.publish({ subject, id: randomUUID(), body });
    const subscribe = async (
      onMessage: (received: Received) => Promise<void> | void,
      options: Partial<SubscriptionOptions> = {},
      on = transport,
    ): Promise<{ readonly received: Received[]; readonly subscription: Subscription }> => {
      const received: Received[] = [];
      const subscription = await on.subscribe({
        durable: `reader_${subject.replace('.', '-')}`,
        subject,
        maxBatch: 1,
        concurrency: 16,
        onMessages: async (messages) => {
          for (const message of messages) {
            const entry = { body: message.body, message, at: performance.now() };
            received.push(entry);
            await onMessage(entry);
          }
        },
        ...options,
      });
      subscriptions.push(subscription);
      return { received, subscription };
    };

    beforeAll(async () => {
      server = await kind.open();
      transport = open();
      await eventually(() => expect(transport.isConnected()).toBe(true));
    });
    afterEach(async () => {
      await Promise.all(subscriptions.splice(0).map((subscription) => subscription.stop()));
      await Promise.all(transports.splice(1).map((extra) => extra.close()));
      await Promise.all(others.splice(0).map((other) => other.close()));
    });
    afterAll(async () => {
      await transport.close();
      await server.close();
    });
    const fresh = (): void => {
      subject = `ticket.${randomUUID().slice(0, 8)}`;
    };

    test('When processes follow a subject, then each receives what was stored and what is published later, in order', async () => {
      fresh();
      await publish('stored 1');
      await publish('stored 2');
      const heard: string[][] = [[], []];
      const followers = heard.map((bodies) =>
        transport.follow({ subject, from: 'first', onMessage: (body) => bodies.push(body) }),
      );
      await Promise.all(followers.map(({ caughtUp }) => caughtUp));
      for (const bodies of heard) expect(bodies).toEqual(['stored 1', 'stored 2']);
      await publish('later');
      await eventually(() => {
        for (const bodies of heard) expect(bodies).toEqual(['stored 1', 'stored 2', 'later']);
      });
      await followers[0]?.stop();
      await publish('after the stop');
      await eventually(() => expect(heard[1]).toContain('after the stop'));
      expect(heard[0]).not.toContain('after the stop');
      await followers[1]?.stop();
    });

    test('When a process follows a subject from the next message on, then it hears that it has begun, and nothing older', async () => {
      fresh();
      await publish('stored');
      const heard: string[] = [];
      const follower = transport.follow({
        subject,
        from: 'next',
        onMessage: (body) => heard.push(body),
        onBegin: () => heard.push('begun'),
      });
      await eventually(() => expect(heard).toEqual(['begun']));
      await publish('later');
      await eventually(() => expect(heard).toEqual(['begun', 'later']));
      await follower.stop();
    });

    test('When messages were published before the first subscription, then each durable consumer gets all of them', async () => {
      fresh();
      const sent = numbered(50);
      await Promise.all(sent.map((body) => publish(body)));
      const readers = await Promise.all(
        ['one', 'two'].map((durable) => subscribe(ack, { durable: `${durable}_${subject.replace('.', '-')}` })),
      );
      await publish('late');
      for (const { received } of readers) {
        await eventually(() => expect(unique(bodies(received))).toEqual(['late', ...sent]));
      }
    });

    test('When a message is delivered, then it has its body, its subject and a key that is the same in every delivery', async () => {
      fresh();
      const text = JSON.stringify({ title: 'Zürich – Łódź 🎟️', dollar: '$x' });
      const { received } = await subscribe(({ message }) => {
        if (received.length === 1) message.nak(10);
        else message.ack();
      });
      await publish(text);
      await eventually(() => expect(received).toHaveLength(2));
      expect(bodies(received)).toEqual([text, text]);
      expect(received.map(({ message }) => message.subject)).toEqual([subject, subject]);
      expect(new Set(received.map(({ message }) => message.key)).size).toBe(1);
    });

    test('When a service has two replicas, then they share the work of their durable consumer', async () => {
      fresh();
      const first = await subscribe(ack);
      const second = await subscribe(ack, {}, open());
      const sent = numbered(300);
      for (const body of sent) await publish(body);
      await eventually(() => expect(unique([...bodies(first.received), ...bodies(second.received)])).toEqual(sent));
      expect(first.received.length).toBeGreaterThan(0);
      expect(second.received.length).toBeGreaterThan(0);
      expect(first.received.length + second.received.length).toBe(sent.length);
    });

    test('When many messages have arrived, then they are delivered in batches, and concurrent calls stay within the limit', async () => {
      fresh();
      await Promise.all(numbered(100).map((body) => publish(body)));
      const sizes: number[] = [];
      let calls = 0;
      let most = 0;
      await subscribe(() => undefined, {
        maxBatch: 20,
        concurrency: 2,
        onMessages: async (messages) => {
          calls += 1;
          most = Math.max(most, calls);
          sizes.push(messages.length);
          await setImmediate();
          for (const message of messages) message.ack();
          calls -= 1;
        },
      });
      await eventually(() => expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(100));
      expect(Math.max(...sizes)).toBeGreaterThan(1);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
      expect(most).toBeLessThanOrEqual(2);
    });

    test('When a message is naked with a delay, then it is redelivered no earlier and later messages do not wait', async () => {
      fresh();
      const { received } = await subscribe(({ body, message }) => {
        if (body === 'slow' && bodies(received).filter((other) => other === 'slow').length === 1) message.nak(700);
        else message.ack();
      });
      await publish('slow');
      const sent = numbered(20);
      await Promise.all(sent.map((body) => publish(body)));
      await eventually(() => expect(bodies(received).filter((body) => body === 'slow')).toHaveLength(2));
      const [first, ...rest] = received;
      const again = rest.find(({ body }) => body === 'slow');
      expect(first?.body).toBe('slow');
      expect((again?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(695);
      expect(bodies(received)).toEqual(['slow', ...sent, 'slow']);
    });

    test('When a handler fails without settling its message, then it is redelivered after the ack wait', async () => {
      fresh();
      const { received } = await subscribe(({ message }) => {
        if (received.length === 1) throw new Error('crashed');
        message.ack();
      });
      await publish('once more');
      await eventually(() => expect(received).toHaveLength(2));
      expect((received[1]?.at ?? 0) - (received[0]?.at ?? 0)).toBeGreaterThan(ackWaitMs / 2);
    });

    test('When work takes longer than the ack wait, then this replica does not get the same message again', async () => {
      fresh();
      const work = Promise.withResolvers<void>();
      const { received } = await subscribe(async (entry) => {
        if (entry.body === 'long') await work.promise;
        ack(entry);
      });
      await publish('long');
      await eventually(() => expect(bodies(received)).toEqual(['long']));
      await throughout(() => expect(bodies(received)).toEqual(['long']), 2.5 * ackWaitMs);
      work.resolve();
      await publish('end');
      await eventually(() => expect(bodies(received)).toEqual(['long', 'end']));
      await throughout(() => expect(bodies(received)).toEqual(['long', 'end']), 1.5 * ackWaitMs);
    });

    test('When the configuration names this bus, then its transport carries the events', async () => {
      fresh();
      const configured = createTransport(
        { BUS: kind.bus, NATS_URL: url(), NATS_STREAM_REPLICAS: 1, NATS_STREAM_MAX_MB: 16, NATS_CLUSTER_ID: clusterId },
        { clientName: 'configured', logger, namespace },
      );
      transports.push(configured);
      const { received } = await subscribe(ack, {}, configured);
      await publish('by another connection');
      await eventually(() => expect(bodies(received)).toEqual(['by another connection']));
      expect(configured.name).toBe(kind.bus);
    });

    if (kind.bus === 'jetstream') {
      const managed = async (action: (manager: JetStreamManager) => Promise<unknown>): Promise<void> => {
        const connection = await connect(natsServers(url()));
        await action(await jetstreamManager(connection));
        await connection.close();
      };
      const stream = `TICKETING-${namespace}`;

      test('When a durable consumer is deleted while the connection stays, then it is made again and gets what was published meanwhile', async () => {
        fresh();
        const durable = `reader_${subject.replace('.', '-')}`;
        const { received } = await subscribe(ack);
        const second = await subscribe(ack, {}, open());
        await publish('before');
        const all = () => unique([...bodies(received), ...bodies(second.received)]);
        await eventually(() => expect(all()).toEqual(['before']));
        await managed((manager) => manager.consumers.delete(stream, durable));
        const sent = numbered(20);
        for (const body of sent) await publish(body);
        await eventually(() => expect(all()).toEqual(['before', ...sent]), 20_000);
        // Both replicas receive again; one that has not noticed it does with its next look-up, a minute later.
        const first = new Set(bodies(received));
        await eventually(async () => {
          await publish(randomUUID());
          expect(new Set(bodies(received)).size).toBeGreaterThan(first.size);
        }, 90_000);
      }, 150_000);

      test('When the stream is deleted while the connection stays, then it is made again with its consumers', async () => {
        fresh();
        const { received } = await subscribe(ack);
        await publish('before');
        await eventually(() => expect(bodies(received)).toEqual(['before']));
        await managed((manager) => manager.streams.delete(stream));
        await eventually(() => publish('after'), 20_000);
        await eventually(() => expect(bodies(received)).toContain('after'), 20_000);
      });

      test('When the stream is deleted and nothing is subscribed, then a publication that fails has it made again', async () => {
        fresh();
        const other = await openNatsServer();
        others.push(other);
        const publisher = kind.connect(`nats://127.0.0.1:${other.port}`, namespace);
        transports.push(publisher);
        await eventually(() => publish('before', publisher));
        const connection = await connect({ servers: `nats://127.0.0.1:${other.port}` });
        await (await jetstreamManager(connection)).streams.delete(stream);
        await connection.close();
        await eventually(() => publish('after', publisher), 20_000);
      });

      test('When a durable consumer exists with other settings, then it is updated to those of this version', async () => {
        fresh();
        const older = createJetStreamTransport({
          url: url(),
          namespace,
          maxBytes,
          clientName: 'older',
          logger,
          ackWaitMs: 9_000,
        });
        transports.push(older);
        const first = await subscribe(ack, {}, older);
        await first.subscription.stop();
        const { received } = await subscribe(() => undefined);
        await publish('left behind');
        // After the shortened ack wait, not after that of the older version.
        await eventually(() => expect(received.length).toBeGreaterThan(1), 5_000);
      });

      test('When work takes longer than the ack wait, then no other replica gets its message', async () => {
        fresh();
        const work = Promise.withResolvers<void>();
        const onMessage = async (entry: Received): Promise<void> => {
          await work.promise;
          ack(entry);
        };
        const first = await subscribe(onMessage);
        const second = await subscribe(onMessage, {}, open());
        await publish('long');
        const all = () => [...bodies(first.received), ...bodies(second.received)];
        await eventually(() => expect(all()).toEqual(['long']));
        await throughout(() => expect(all()).toEqual(['long']), 2.5 * ackWaitMs);
        work.resolve();
      });
    }

    if (kind.bus === 'nats-streaming') {
      test.skip('When a durable subscription is removed, then it is made again (skipped: NATS Streaming does not report which exist)', () =>
        undefined);
    }

    test('When a replica pauses, then it accepts no messages, another replica gets the waiting ones, and after resuming it receives again', async () => {
      fresh();
      const work = Promise.withResolvers<void>();
      const first = await subscribe(
        async (entry) => {
          await work.promise;
          ack(entry);
        },
        { concurrency: 1 },
      );
      const sent = numbered(5);
      for (const body of sent) await publish(body);
      await eventually(() => expect(bodies(first.received)).toEqual([sent[0]]));
      first.subscription.pause();
      const more = numbered(10, 'n');
      for (const body of more) await publish(body);
      const second = await subscribe(ack, {}, open());
      work.resolve();
      await eventually(() => expect(unique(bodies(second.received))).toEqual([...sent.slice(1), ...more]));
      expect(first.received).toHaveLength(1);
      await second.subscription.stop();
      first.subscription.resume();
      await publish('for the first');
      await eventually(() => expect(bodies(first.received)).toEqual([sent[0], 'for the first']));
    });

    test('When a subscription pauses and resumes at once, then nothing is lost and new messages arrive soon', async () => {
      fresh();
      const { received, subscription } = await subscribe(ack);
      await publish('before');
      await eventually(() => expect(bodies(received)).toEqual(['before']));
      subscription.pause();
      subscription.resume();
      subscription.pause();
      await publish('meanwhile');
      subscription.resume();
      await publish('after');
      await eventually(() => expect(unique(bodies(received))).toEqual(['after', 'before', 'meanwhile']));
    });

    test('When a subscription stops, then it finishes the messages being handled and leaves the rest to the next subscription', async () => {
      fresh();
      const work = Promise.withResolvers<void>();
      const first = await subscribe(
        async (entry) => {
          await work.promise;
          ack(entry);
        },
        { concurrency: 2 },
      );
      const sent = numbered(6);
      for (const body of sent) await publish(body);
      await eventually(() => expect(bodies(first.received)).toEqual(sent.slice(0, 2)));
      const ended: string[] = [];
      const stopping = first.subscription.stop().then(() => ended.push('stopped'));
      await throughout(() => expect(ended).toEqual([]), 100);
      work.resolve();
      await stopping;
      const second = await subscribe(ack);
      await eventually(() => expect(unique(bodies(second.received))).toEqual(sent.slice(2)));
      await throughout(() => expect(unique(bodies(second.received))).toEqual(sent.slice(2)), 1.5 * ackWaitMs);
      expect(first.received).toHaveLength(2);
    });

    test('When a transport closes right after an ack, then the ack has reached the server', async () => {
      fresh();
      const closing = open();
      const sent = numbered(200);
      for (const body of sent) await publish(body);
      const inWork: InboundMessage[] = [];
      const closed = Promise.withResolvers<void>();
      await subscribe(
        () => undefined,
        {
          maxBatch: 50,
          concurrency: sent.length,
          onMessages: async (messages) => {
            inWork.push(...messages);
            if (inWork.length === sent.length) {
              for (const message of inWork) message.ack();
              closed.resolve(closing.close());
            }
            await closed.promise;
          },
        },
        closing,
      );
      await closed.promise;
      const second = await subscribe(ack);
      await publish('end');
      await eventually(() => expect(bodies(second.received)).toContain('end'));
      await throughout(() => expect(bodies(second.received)).toEqual(['end']), 1.5 * ackWaitMs);
    });

    test('When a replica is killed while it has messages, then another one gets them', async () => {
      fresh();
      const gone = open();
      const first = await subscribe(() => new Promise(() => undefined), {}, gone);
      subscriptions.pop();
      const sent = numbered(20);
      for (const body of sent) await publish(body);
      await eventually(() => expect(unique(bodies(first.received))).toEqual(sent.slice(0, 16)));
      await gone.close();
      const second = await subscribe(ack);
      await eventually(() => expect(unique(bodies(second.received))).toEqual(sent));
    });

    test('When a replica loses its connection while it has messages, then another one gets them, and new ones too', async () => {
      fresh();
      const proxy = await openFaultyProxy(url());
      const first = await subscribe(
        () => new Promise(() => undefined),
        { maxBatch: 100, concurrency: 1 },
        open(proxy.url),
      );
      subscriptions.pop();
      const sent = numbered(20);
      for (const body of sent) await publish(body);
      await eventually(() => expect(first.received.length).toBeGreaterThan(0));
      const second = await subscribe(ack);
      proxy.cut();
      const more = numbered(20, 'n');
      for (const body of more) await publish(body);
      await eventually(() => expect(unique(bodies(second.received))).toEqual([...sent, ...more]));
      await proxy.close();
    });

    test('When a listener fails on an event, then later events are handled without delay', async () => {
      fresh();
      const handled: number[] = [];
      const letters: string[] = [];
      const definition = defineEvent(subject, z.object({ n: z.number() }));
      const runner = new ListenerRunner({
        service: `s${randomUUID().slice(0, 8)}`,
        transport,
        deadLetters: {
          put: async (letter) => {
            letters.push(letter.reason);
            return true;
          },
          park: () => Promise.resolve(false),
        },
        logger,
        counters: { handled: () => undefined, deadLettered: () => undefined },
        isHealthy: () => true,
      });
      const event = (n: unknown): Promise<void> =>
        publish(
          JSON.stringify({
            id: randomUUID(),
            type: subject,
            schemaVersion: 1,
            time: new Date().toISOString(),
            aggregate: { type: 'ticket', id: 'a', version: 0 },
            correlationId: 'c',
            traceId: 't',
            data: { n },
          }),
        );
      await runner.start([
        onEach(definition, async ({ state }) => {
          if (state.n === 0) throw new Error('poison');
          if (state.n === 1) return { failed: 'not today' };
          handled.push(state.n);
          return 'done';
        }),
      ]);
      const start = performance.now();
      for (let n = 0; n < 30; n += 1) await event(n);
      await publish('no JSON at all');
      await event('no number');
      await eventually(() => expect(handled).toHaveLength(28));
      expect(performance.now() - start).toBeLessThan(2_000);
      await eventually(() => expect(letters).toHaveLength(2));
      await runner.stop();
    });

    test('When the server freezes, then a publication is rejected within its time-out, and everything resumes after the thaw', async () => {
      fresh();
      const { received } = await subscribe(ack);
      await server.freeze();
      try {
        const start = performance.now();
        await expect(publish('lost or not')).rejects.toThrow();
        expect(performance.now() - start).toBeLessThan(3_500);
      } finally {
        server.thaw();
      }
      await eventually(() => publish('after'));
      await eventually(() => expect(bodies(received)).toContain('after'));
    });

    test('When the server is killed under load and started again, then no acknowledged message is lost and everything resumes', async () => {
      fresh();
      const { received } = await subscribe(ack);
      const acknowledged: string[] = [];
      const ending = new AbortController();
      let refused = 0;
      const load = Promise.all(
        numbered(8, 'writer').map(async (writer) => {
          for (let index = 0; !ending.signal.aborted; index += 1) {
            const body = `${writer}-${index}`;
            try {
              await publish(body);
              acknowledged.push(body);
            } catch {
              refused += 1;
              await delay(10);
            }
          }
        }),
      );
      try {
        const before = await eventually(() => {
          expect(acknowledged.length).toBeGreaterThan(200);
          return acknowledged.length;
        });
        await server.kill();
        await eventually(() => expect(transport.isConnected()).toBe(false));
        await server.start();
        await eventually(() => expect(acknowledged.length).toBeGreaterThan(before + 200));
        await publish('marker');
        await eventually(() => expect(bodies(received)).toContain('marker'));
      } finally {
        ending.abort();
        await load;
      }
      expect(refused).toBeGreaterThan(0);
      await eventually(() => {
        const consumed = new Set(bodies(received));
        expect(acknowledged.filter((body) => !consumed.has(body))).toEqual([]);
      });
    });

    test('When the connection is lost while a publication waits for its acknowledgement, then it is rejected before its time-out', async () => {
      fresh();
      await server.freeze();
      const start = performance.now();
      const publishing = expect(publish('in flight')).rejects.toThrow();
      await server.kill();
      await publishing;
      expect(performance.now() - start).toBeLessThan(2_500);
      await server.start();
      await eventually(() => publish('after'));
    });

    test('When a transport closes while its server is unreachable, then it closes at once', async () => {
      fresh();
      const waiting = open();
      await server.kill();
      const absent = open();
      for (const closing of [waiting, absent]) {
        const subscribing = subscribe(ack, {}, closing);
        const start = performance.now();
        await Promise.all([closing.close(), expect(subscribing).rejects.toThrow()]);
        expect(performance.now() - start).toBeLessThan(1_500);
      }
      await server.start();
      await eventually(() => publish('after'));
    });

    test('When the server restarts without its data, then publishing and consuming resume without a restart of the service', async () => {
      fresh();
      const { received } = await subscribe(({ body, message }) => {
        if (body === 'held') message.nak(60_000);
        else message.ack();
      });
      await publish('held');
      await eventually(() => expect(bodies(received)).toEqual(['held']));
      await server.kill();
      await server.forget();
      await server.start();
      await eventually(() => publish('after'), 15_000);
      await eventually(() => expect(bodies(received)).toContain('after'));
    });
  });
}
