import { currentUserOf, pageHeaders, pageLinks, paging, parse, reachable, route } from '@ticketing/common/http';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { getBalance } from '../queries/get-balance.ts';
import { listSales } from '../queries/list-sales.ts';
import { toBalanceView, toSaleView } from './sale-view.ts';
import { toCsv } from './sales-csv.ts';
import { balanceShape, salesShape } from './sales-shape.ts';

const query = z
  .object({
    ...paging({ defaultLimit: 20, maxLimit: 100 }),
    orderId: z.string('Order must be given once').meta({ description: 'Only the sale of this order' }).optional(),
  })
  .refine(...reachable);

export const listSalesRoute = route(
  {
    name: 'listSales',
    query,
    response: {
      description: "The caller's sold tickets, newest first",
      headers: pageHeaders,
      body: salesShape,
      alternative: 'text/csv',
    },
  },
  (deps: Deps) => async (req, res) => {
    const { page, limit, orderId } = parse(query, req.query);
    const { sales, total } = await listSales(deps, { sellerId: currentUserOf(req).id, orderId, page, limit });
    const views = sales.map((sale) => toSaleView(deps.currency, sale));
    res.set(pageLinks(req, { page, limit, total })).vary('Accept');
    if (req.accepts(['json', 'csv']) === 'csv') {
      res
        .attachment('sales.csv')
        .type('csv')
        .send(Buffer.from(toCsv(views)));
    } else {
      res.send(views);
    }
  },
);

export const getBalanceRoute = route(
  {
    name: 'getBalance',
    response: { description: "What the caller's sales have brought, in major units", body: balanceShape },
  },
  (deps: Deps) => async (req, res) => {
    res.send(toBalanceView(deps.currency, await getBalance(deps, currentUserOf(req).id)));
  },
);
