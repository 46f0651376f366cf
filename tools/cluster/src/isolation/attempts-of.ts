import { publishedEvents } from '@ticketing/common/events';
import { requiredDurables } from '@ticketing/common/messaging';
import type { Attempt } from './attempt.ts';

const published = Object.entries(publishedEvents).flatMap(([service, events]) =>
  events.map(({ type }) => ({ service, type })),
);

const expected = (isPermitted: boolean): Attempt['expected'] => (isPermitted ? 'permitted' : 'refused');

/** JetStream refuses each of these itself, so that nothing changes where NATS lets it through. */
const onTheBus = (user: string): Attempt[] => {
  const isOperator = user === 'operator';
  return [
    ...published.map(({ service, type }) => ({
      name: `publish ${type}`,
      expected: expected(isOperator || service === user),
      kind: 'request' as const,
      subject: type,
      headers: { 'Nats-Expected-Stream': 'NONE' },
    })),
    ...requiredDurables.map(({ durable }) => ({
      name: `receive as ${durable}`,
      expected: expected(isOperator || durable.startsWith(`${user}_`)),
      kind: 'request' as const,
      subject: `$JS.API.CONSUMER.MSG.NEXT.TICKETING.${durable}`,
      body: JSON.stringify({ batch: 1, no_wait: true }),
    })),
    ...['TICKETING', 'TICKETING-SESSIONS'].flatMap((stream): Attempt[] => [
      {
        name: `delete the stream ${stream}`,
        expected: expected(isOperator),
        kind: 'request',
        subject: `$JS.API.STREAM.DELETE.${stream}`,
        body: 'a body, which this request must not have',
      },
      {
        name: `purge the stream ${stream}`,
        // Who publishes removes what is done, and NATS cannot tell which (ADR 0026).
        expected: expected(isOperator || (stream === 'TICKETING' && published.some(({ service }) => service === user))),
        kind: 'request',
        subject: `$JS.API.STREAM.PURGE.${stream}`,
        body: JSON.stringify({ seq: 1, keep: 1 }),
      },
    ]),
    ...['orders', 'watchdog'].map((other) => ({
      name: `read replies to ${other}`,
      expected: expected(isOperator || other === user),
      kind: 'subscribe' as const,
      subject: `_INBOX_${other}.>`,
    })),
  ];
};

interface Addresses {
  /** `host:port` of a service's database. */
  readonly databaseOf: (service: string) => string;
}

const kinds = ['read', 'write'] as const;

/** In its own database a service may do both; with the watchdog's users one may read each of them. */
const inDatabases = (user: string, services: readonly string[], { databaseOf }: Addresses): Attempt[] =>
  services.flatMap((service): Attempt[] =>
    kinds.flatMap((kind): Attempt[] => {
      if (user === 'watchdog')
        return [
          {
            name: `${kind} the database of ${service}`,
            expected: expected(kind === 'read'),
            kind,
            variable: `${service.toUpperCase()}_MONGO_URL`,
          },
        ];
      if (service === user)
        return [{ name: `${kind} the own database`, expected: 'permitted', kind, variable: 'MONGO_URL' }];
      const other = { expected: 'refused', kind, variable: 'MONGO_URL', database: service } as const;
      return [
        { ...other, name: `${kind} the database of ${service}`, host: databaseOf(service) },
        { ...other, name: `${kind} a database ${service} at the own server` },
      ];
    }),
  );

/** What the processes of the product, and the operator, may do on the bus, and what they may not. */
export const attemptsOf = (user: string, services: readonly string[], addresses: Addresses): Attempt[] => [
  ...onTheBus(user),
  ...(user === 'operator' ? [] : inDatabases(user, services, addresses)),
];
