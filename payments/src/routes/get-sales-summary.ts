import { currentUserOf, route } from '@ticketing/common/http';
import { toMajor } from '@ticketing/common/money';
import type { Deps } from '../deps.ts';
import { getSalesSummary, type Sold } from '../queries/get-sales-summary.ts';
import { salesSummaryShape } from './sales-shape.ts';

export const getSalesSummaryRoute = route(
  {
    name: 'getSalesSummary',
    description: 'Counts and sums are exact, however many sales there are.',
    response: { description: "The caller's sales by state and over time", body: salesSummaryShape },
  },
  (deps: Deps) => async (req, res) => {
    const { currency } = deps;
    const toView = ({ sales, proceeds }: Sold) => ({ sales, proceeds: toMajor(currency, proceeds) });
    const { states, unit, periods, ...all } = await getSalesSummary(deps, currentUserOf(req).id);
    res.send({
      currency: currency.code,
      ...toView(all),
      states: [...states].map(([state, sold]) => ({ state, ...toView(sold) })),
      unit,
      periods: [...periods].map(([from, sold]) => ({
        from: new Date(from).toISOString().slice(0, 10),
        ...toView(sold),
      })),
    });
  },
);
