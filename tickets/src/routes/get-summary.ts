import { currentUserOf, route } from '@ticketing/common/http';
import { toMajor, type Currency } from '@ticketing/common/money';
import type { Deps } from '../deps.ts';
import { getSummary, type Sum } from '../queries/get-summary.ts';
import { ticketSummaryShape } from './ticket-shape.ts';
import { toTicketView } from './ticket-view.ts';

const toSumView = (currency: Currency, { count, total }: Sum) => ({ count, total: toMajor(currency, total) });

export const getSummaryRoute = route(
  {
    name: 'getTicketSummary',
    description: 'Counts are exact, however many tickets there are.',
    response: { description: "How the caller's own tickets stand", body: ticketSummaryShape },
  },
  (deps: Deps) => async (req, res) => {
    const { currency } = deps;
    const { onSale, held, toDeliver } = await getSummary(deps, currentUserOf(req).id);
    res.send({
      currency: currency.code,
      onSale: toSumView(currency, onSale),
      held: toSumView(currency, held),
      toDeliver: {
        ...toSumView(currency, toDeliver),
        first: toDeliver.first.map((ticket) => toTicketView(deps, ticket)),
      },
    });
  },
);
