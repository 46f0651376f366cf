import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { textLimits, ticketCreated, titleLimit } from '@ticketing/common/events';
import { openHarness, type TicketsHarness } from '../test/harness.ts';

/** What the architecture promises of every event. */
const maxEventBytes = 4_096;

let tickets: TicketsHarness;

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(() => tickets.system.close());

/** A listing with every text as long as it may be. */
const longest = (character: string) => {
  const text = (limit: number) => character.repeat(limit);
  return {
    title: text(titleLimit),
    price: 9999.99,
    category: 'festivals',
    startsAt: '2030-05-01T20:00:00.000Z',
    timeZone: 'America/Argentina/ComodRivadavia',
    ...Object.fromEntries(Object.entries(textLimits).map(([name, limit]) => [name, text(limit)])),
  };
};

const list = (body: unknown) =>
  tickets.api.post('/api/tickets').set(tickets.system.as('5f0000000000000000000000')).send(Object(body));

test.each([
  ['CJK characters', '票'],
  ['emoji', '🎟'],
  ['double quotes', '"'],
])(
  'When every text of a listing is as long as it may be, in %s, then its event has at most 4 KB',
  async (_, character) => {
    const response = await list(longest(character));
    expect(response.status).toBe(201);
    const event = await tickets.system.eventually(() => {
      const found = tickets.system.events(ticketCreated).find(({ data }) => data.id === response.body.id);
      if (found === undefined) throw new Error('not published yet');
      return found;
    });
    expect(event.data.title).toBe(character.repeat(titleLimit));
    expect(event.data).not.toHaveProperty('description');
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(maxEventBytes);
  },
);

test('When a listing is shown, then it has its description, which no event carries', async () => {
  const { body } = await list({ title: 'Final', price: 5, description: 'With a view.' });
  expect(await tickets.get(body.id)).toMatchObject({ description: 'With a view.' });
  expect((await tickets.stored(body.id)).outbox.map(({ data }) => data.description)).toEqual([undefined]);
});
