import { costOf, costOfOne, sum } from '../cpu.ts';
import { atLeast } from '../figure.ts';
import { inParallel } from '../in-parallel.ts';
import { cancelOrders, listTickets, orderTickets, untilOrderable } from '../list-tickets.ts';
import type { Scenario } from '../scenario.ts';
import { cyclic } from '../users.ts';
import { untilIdle } from '../until-idle.ts';

const concurrency = 64;
const rounds = 4;

/** Orders per second of as many tickets, as a share of the rate of baseline requests, in turns, each while nothing else is done. */
export const orders: Scenario = {
  name: 'orders',
  run: async (bench) => {
    const { client, seller, buyers, processes, startInserts } = await bench.product();
    const count = 1_000 * bench.scale;
    const tickets = await listTickets(client, seller, (rounds + 1) * count);
    await untilOrderable(client, seller, tickets);
    await untilIdle(processes);
    const inserts = await startInserts();
    const made = [];
    const seconds = { orders: 0, inserts: 0 };
    // The first round only warms up.
    for (let round = 0; round <= rounds; round += 1) {
      const part = tickets.slice(round * count, (round + 1) * count);
      const taken = await orderTickets(client, buyers, part, concurrency);
      made.push(...taken.orders);
      await untilIdle(processes);
      const rate = await inserts.rate(2 * count, concurrency);
      if (round === 0) continue;
      seconds.orders += taken.seconds;
      seconds.inserts += (2 * count) / rate;
    }
    await inserts.stop();
    // Of tickets that somebody holds.
    const refused = await costOf(processes, () =>
      inParallel(made.length, concurrency, async (index) => {
        const body = { ticketId: tickets[index] };
        const { status } = await client.send({
          method: 'POST',
          path: '/api/orders',
          cookie: cyclic(buyers, index + 1),
          body,
        });
        if (status !== 400) throw new Error(`order of a held ticket: ${status}`);
      }),
    );
    const refusal = costOfOne(refused.cpu, made.length);
    await cancelOrders(client, made);
    const perSecond = (rounds * count) / seconds.orders;
    const insertsPerSecond = (2 * rounds * count) / seconds.inserts;
    const share = perSecond / insertsPerSecond;
    return {
      notes: [
        `${perSecond.toFixed(0)} orders/s, ${insertsPerSecond.toFixed(0)} baseline requests/s`,
        `a refused order: ${sum(Object.values(refusal)).toFixed(2)} CPU ms`,
      ],
      figures: [atLeast('orders per second of distinct tickets, 64 at a time, of the baseline', share, 0.45, '×')],
      details: { perSecond, insertsPerSecond, share, refusalCpuMilliseconds: refusal },
    };
  },
};
