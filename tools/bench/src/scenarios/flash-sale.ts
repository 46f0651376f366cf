import { openHttpClient, type HttpClient } from '@ticketing/test/http-client';
import { percentile } from '@ticketing/test/percentile';
import { atMost } from '../figure.ts';
import { listTickets, untilOrderable } from '../list-tickets.ts';
import type { Scenario } from '../scenario.ts';
import { signUpMany } from '../users.ts';

interface Sale {
  readonly p95: number;
  readonly held: number;
  readonly refused: number;
  readonly failed: number;
}

/** All buyers order at once, several of them the same ticket. */
const flashSale = async (
  client: HttpClient,
  buyers: readonly string[],
  ticketIds: readonly string[],
): Promise<Sale> => {
  const responses = await Promise.all(
    buyers.map((cookie, index) =>
      client.send({
        method: 'POST',
        path: '/api/orders',
        cookie,
        body: { ticketId: ticketIds[index % ticketIds.length] },
      }),
    ),
  );
  const count = (of: (status: number) => boolean): number => responses.filter(({ status }) => of(status)).length;
  return {
    p95: percentile(
      responses.map(({ milliseconds }) => milliseconds),
      0.95,
    ),
    held: count((status) => status === 201),
    refused: count((status) => status === 400),
    failed: count((status) => status !== 201 && status !== 400),
  };
};

export const sale: Scenario = {
  name: 'sale',
  run: async (bench) => {
    const { client, seller, loopbackUrl } = await bench.product();
    const baseline = await bench.baseline();
    const buyers = await signUpMany(client, 'many-buyers', 500);
    const wide = openHttpClient(loopbackUrl, { connections: 500 });
    const sell = async () => {
      const tickets = await listTickets(client, seller, 100);
      await untilOrderable(client, seller, tickets);
      return flashSale(wide, buyers, tickets);
    };
    await sell();
    const sold = await sell();
    await wide.close();
    if (sold.held !== 100 || sold.failed !== 0) throw new Error(`flash sale: ${JSON.stringify(sold)}`);
    return {
      figures: [atMost('500 buyers on 100 tickets, p95 in baseline p95', sold.p95 / baseline.burstP95, 3, '×')],
      details: sold,
    };
  },
};
