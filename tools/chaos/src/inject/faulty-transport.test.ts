import { expect, test } from '@jest/globals';
import { eventually } from '@ticketing/common/testing';
import type { InboundMessage, SubscriptionOptions, Transport } from '@ticketing/common/messaging';
import { noBusFaults, type BusFaults, type LateBus } from './faults.ts';
import { faultyTransport } from './faulty-transport.ts';

const open = (faults: Partial<BusFaults>, lateBus?: LateBus) => {
  const published: string[] = [];
  const ends: string[] = [];
  const counted: string[] = [];
  let subscribed: SubscriptionOptions | undefined;
  const real: Transport = {
    name: 'memory',
    publish: async ({ id }) => {
      published.push(id);
    },
    subscribe: async (options) => {
      subscribed = options;
      return { pause: () => undefined, resume: () => undefined, stop: () => Promise.resolve() };
    },
    follow: () => ({ caughtUp: Promise.resolve(), stop: () => Promise.resolve() }),
    isConnected: () => true,
    store: undefined,
    guard: () => undefined,
    close: () => Promise.resolve(),
  };
  const transport = faultyTransport(real, {
    faults: () => ({ ...noBusFaults, ...faults }),
    lateBus: () => lateBus,
    chance: () => 0.5,
    count: (kind) => counted.push(kind),
  });
  const handled: string[] = [];
  const receive = async (key: string) => {
    await transport.subscribe({
      durable: 'd',
      subject: 's',
      maxBatch: 1,
      concurrency: 1,
      onMessages: async (messages) => {
        for (const message of messages) {
          handled.push(message.key);
          message.ack();
        }
      },
    });
    const message: InboundMessage = {
      subject: 's',
      body: '{}',
      key,
      ack: () => ends.push('ack'),
      nak: (delayMs) => ends.push(delayMs > 1 ? `nak ${delayMs}` : 'nak'),
    };
    await subscribed?.onMessages([message]);
  };
  return { transport, published, ends, counted, handled, receive };
};

const message = { subject: 's', id: '1', body: '{}' };

test('When there are no faults, then it behaves like the real transport', async () => {
  const { transport, published, ends, counted, handled, receive } = open({});
  await transport.publish(message);
  await receive('a');
  expect({ published, handled, ends, counted }).toEqual({
    published: ['1'],
    handled: ['a'],
    ends: ['ack'],
    counted: [],
  });
});

test.each([
  ['refused', []],
  ['publishedButRefused', ['1']],
] as const)('When a message is %s, then publishing it fails', async (kind, stored) => {
  const { transport, published, counted } = open({ [kind]: 1 });
  await expect(transport.publish(message)).rejects.toThrow('chaos');
  expect(published).toEqual(stored);
  expect(counted).toEqual([kind]);
});

test('When a message is published twice, then the two have different ids', async () => {
  const { transport, published } = open({ publishedTwice: 1 });
  await transport.publish(message);
  expect(published).toEqual(['1', '1-again']);
});

test.each([
  ['deliveredTwice', ['a', 'a'], ['ack']],
  ['acknowledgementLost', ['a'], ['nak']],
  ['deliveredLate', [], ['nak']],
] as const)(
  'When the fault is %s, then deliveries and acknowledgements are as expected',
  async (kind, seen, broker) => {
    const { handled, ends, receive } = open({ [kind]: 1 });
    await receive('a');
    expect(handled).toEqual(seen);
    expect(ends).toEqual(broker);
  },
);

test('When publications are later than every timeout, then a message counts as not published, and arrives later', async () => {
  const { transport, published, counted } = open({}, { share: 1, byMs: 50 });
  await expect(transport.publish(message)).rejects.toThrow('chaos');
  expect(published).toEqual([]);
  await eventually(() => expect(counted).toEqual(['publishedMuchLater']));
  expect(published).toEqual(['1-late']);
});

test('When deliveries are later than every timeout, then a message is not handled before', async () => {
  const { handled, ends, counted, receive } = open({}, { share: 1, byMs: 130_000 });
  await receive('a');
  expect({ handled, ends, counted }).toEqual({ handled: [], ends: ['nak 130000'], counted: ['deliveredMuchLater'] });
});
