import { sum } from '../cpu.ts';
import { atLeast, atMost } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { summary, takeJourneys } from './journeys.ts';

/** Journeys one at a time: how long events take while nothing else runs. */
export const rest: Scenario = {
  name: 'rest',
  run: async (bench) => {
    const { client, sellers, buyers } = await bench.product();
    await takeJourneys(client, { sellers, buyers }, 50, 1);
    const { times } = await takeJourneys(client, { sellers, buyers }, 300 * bench.scale, 1);
    const [orderable, paid] = [summary(times.orderable), summary(times.paid)];
    const confirmed = sum(times.confirmed) / times.confirmed.length;
    return {
      figures: [
        atMost('ticket orderable after its 201, p99 at rest', orderable.p99, 200, 'ms'),
        atLeast('orders that are confirmed in their 201, at rest', confirmed, 0.95, ''),
        atMost('order paid after its 201, p99 at rest', paid.p99, 200, 'ms'),
      ],
      details: { confirmed, orderable, paid, complete: summary(times.complete) },
    };
  },
};
