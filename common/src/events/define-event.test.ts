import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineEvent, type EventMessage } from './define-event.ts';
import * as events from './index.ts';

const counted = defineEvent('ticket.counted', z.object({ n: z.number().int() }));
const message = {
  id: 'event-1',
  type: 'ticket.counted',
  schemaVersion: 1,
  time: '2026-01-01T00:00:00.000Z',
  aggregate: { type: 'ticket', id: 'a', version: 0 },
  correlationId: 'c',
  traceId: 't',
  data: { n: 1 },
};

test('When a message is the event, then it is returned with its envelope and with keys of its data that its schema does not have', () => {
  const parsed: EventMessage<'ticket.counted', { n: number }> = counted.parse({
    ...message,
    data: { n: 1, future: true },
    more: 1,
  });
  expect(parsed).toEqual({ ...message, data: { n: 1, future: true } });
});

test.each<readonly [string, unknown]>([
  ['has another type', { ...message, type: 'ticket.created' }],
  ['has no id', { ...message, id: '' }],
  ['has a time that is none', { ...message, time: 'yesterday' }],
  ['has a negative version', { ...message, aggregate: { ...message.aggregate, version: -1 } }],
  ['has broken data', { ...message, data: { n: 1.5 } }],
  ['has no data', { ...message, data: undefined }],
  ['is a list', [message]],
  ['is nothing', undefined],
])('When a message %s, then it is rejected', (_, raw) => {
  expect(() => counted.parse(raw)).toThrow();
});

test('When an event is named, then its aggregate is the part before the dot unless another is given', () => {
  expect(counted.aggregateType).toBe('ticket');
  expect(events.orderExpired.aggregateType).toBe('timer');
});

test('When the events are listed, then they are those of the contract, each defined once for an aggregate', () => {
  const types = Object.values(events).flatMap((value) =>
    typeof value === 'object' && 'parse' in value && 'aggregateType' in value
      ? [value.type === 'session.ended' ? `${value.type} (${value.aggregateType})` : value.type]
      : [],
  );
  expect(types.toSorted()).toEqual([
    'charge.closed',
    'charge.created',
    'charge.updated',
    'order.cancelled',
    'order.created',
    'order.delivery-due',
    'order.expired',
    'order.updated',
    'session.ended (session)',
    'session.ended (user)',
    'ticket.claim-refused',
    'ticket.created',
    'ticket.updated',
    'user.closed',
    'user.created',
    'user.updated',
  ]);
});
