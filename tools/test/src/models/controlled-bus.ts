import { consumedEvents } from '@ticketing/common/events';
import { durableName, type InboundMessage, type OutboundMessage, type Transport } from '@ticketing/common/messaging';

/** A message that a consumer has not acknowledged. */
export interface Delivery {
  readonly id: string;
  readonly body: string;
  readonly message: InboundMessage;
}

/** NATS, whose messages wait here until the test hands them to a replica. */
export interface ControlledBus {
  /** Resolves once NATS has stored the message; `arrived` then waits for its consumers. */
  publish(message: OutboundMessage): Promise<void>;
  /** Resolves once every consumer has received what was published. @throws when one does not within 20 s. */
  arrived(): Promise<void>;
  /** Consumers with messages that are not acknowledged, in a fixed order. */
  waiting(): readonly string[];
  /** Consumers that have acknowledged messages, in a fixed order. */
  served(): readonly string[];
  /** Messages of a consumer that are not acknowledged, in the order in which they were written. */
  messages(durable: string): readonly Delivery[];
  /** Messages that this consumer has acknowledged. */
  acknowledged(durable: string): readonly Delivery[];
  /** Acknowledges everything, so that nothing is left of an earlier run. */
  reset(): void;
}

const arrivesWithinMs = 20_000;

const idOf = (body: string): string => {
  const { id }: { readonly id: string } = JSON.parse(body);
  return id;
};

/** Subscribes to what these services consume. */
export const openControlledBus = async (
  transport: Transport,
  services: readonly (keyof typeof consumedEvents)[],
): Promise<ControlledBus> => {
  const consumers = services.flatMap((service) =>
    consumedEvents[service].map(({ type }) => ({ durable: durableName(service, type), subject: type })),
  );
  const inboxes = new Map(consumers.map(({ durable }) => [durable, new Map<string, Delivery>()]));
  const done = new Map<string, Delivery[]>();
  const arrivals = new Map<string, PromiseWithResolvers<void>>();
  const expected = new Set<Promise<void>>();

  const arrivalOf = (durable: string, id: string): PromiseWithResolvers<void> => {
    const key = `${durable} ${id}`;
    const arrival = arrivals.get(key) ?? Promise.withResolvers<void>();
    arrivals.set(key, arrival);
    return arrival;
  };

  /** Resolves once the message is acknowledged: until then NATS does not deliver it again. */
  const keep = (durable: string, inbound: InboundMessage): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const id = idOf(inbound.body);
    const message: InboundMessage = {
      ...inbound,
      subject: inbound.subject,
      body: inbound.body,
      key: inbound.key,
      ack: () => {
        const delivery = inboxes.get(durable)?.get(id);
        if (delivery === undefined) return;
        inboxes.get(durable)?.delete(id);
        done.set(durable, [...(done.get(durable) ?? []), delivery]);
        inbound.ack();
        resolve();
      },
      // It stays here until the test delivers it again.
      nak: () => undefined,
    };
    inboxes.get(durable)?.set(id, { id, body: inbound.body, message });
    arrivalOf(durable, id).resolve();
    return promise;
  };

  await Promise.all(
    consumers.map(({ durable, subject }) =>
      transport.subscribe({
        durable,
        subject,
        maxBatch: 100,
        concurrency: 1_000,
        onMessages: async (messages) => {
          await Promise.all(messages.map((message) => keep(durable, message)));
        },
      }),
    ),
  );

  const messages = (durable: string): Delivery[] =>
    [...(inboxes.get(durable)?.values() ?? [])].toSorted((a, b) => a.id.localeCompare(b.id));

  return {
    publish: async (message) => {
      await transport.publish(message);
      for (const { durable, subject } of consumers)
        if (subject === message.subject) expected.add(arrivalOf(durable, message.id).promise);
    },
    arrived: async () => {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error('a consumer has not received a message')), arrivesWithinMs);
      try {
        await Promise.race([Promise.all(expected), late.promise]);
      } finally {
        clearTimeout(timer);
      }
      expected.clear();
    },
    waiting: () => consumers.map(({ durable }) => durable).filter((durable) => messages(durable).length > 0),
    served: () => consumers.map(({ durable }) => durable).filter((durable) => done.has(durable)),
    messages,
    acknowledged: (durable) => done.get(durable) ?? [],
    reset: () => {
      for (const { durable } of consumers) for (const { message } of messages(durable)) message.ack();
      done.clear();
      arrivals.clear();
    },
  };
};
