import { openHttpClient, type HttpClient } from '@ticketing/test/http-client';
import { percentile } from '@ticketing/test/percentile';
import { atMost } from '../figure.ts';
import { listTickets, untilOrderable } from '../list-tickets.ts';
import { median } from '../median.ts';
import type { Scenario } from '../scenario.ts';
import { signUpMany } from '../users.ts';
import { untilIdle } from '../until-idle.ts';

const rounds = 5;

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
    const { client, seller, loopbackUrl, processes, startInserts } = await bench.product();
    const buyers = await signUpMany(client, 'many-buyers', 500);
    const wide = openHttpClient(loopbackUrl, { connections: 500 });
    const sell = async () => {
      const tickets = await listTickets(client, seller, 100);
      await untilOrderable(client, seller, tickets);
      await untilIdle(processes);
      return flashSale(wide, buyers, tickets);
    };
    const inserts = await startInserts();
    await sell();
    await inserts.burstP95(buyers.length);
    // In turns and on an idle product, so that changes in the machine's speed affect both.
    const sales: Sale[] = [];
    const bursts: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await untilIdle(processes);
      bursts.push(await inserts.burstP95(buyers.length));
      sales.push(await sell());
    }
    await inserts.stop();
    await wide.close();
    for (const { held, failed } of sales)
      if (held !== 100 || failed !== 0) throw new Error(`flash sale: ${held} held, ${failed} failed`);
    const p95 = median(sales.map((one) => one.p95));
    const baselineP95 = median(bursts);
    return {
      notes: [`p95 ${p95.toFixed(0)} ms, of the baseline ${baselineP95.toFixed(0)} ms: medians of ${rounds}`],
      figures: [atMost('500 buyers on 100 tickets, p95 in baseline p95', p95 / baselineP95, 1.5, '×')],
      details: { p95, baselineP95, sales, bursts },
    };
  },
};
