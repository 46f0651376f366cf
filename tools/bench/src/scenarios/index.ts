import type { Scenario } from '../scenario.ts';
import { list } from './catalogue.ts';
import { expiry } from './expiry.ts';
import { firstPayment } from './first-payment.ts';
import { sale } from './flash-sale.ts';
import { growth } from './growth.ts';
import { hotTicket } from './hot-ticket.ts';
import { idle } from './idle.ts';
import { journeys } from './journeys.ts';
import { orders } from './orders.ts';
import { pageVitals } from './page-vitals.ts';
import { pages } from './pages.ts';
import { replicas } from './replicas.ts';
import { rest } from './rest.ts';
import { search } from './search.ts';
import { stored } from './stored-orders.ts';
import { streams } from './streams.ts';

/** All scenarios, in the order in which they run: first those that share a product, then those with products of their own. */
export const scenarios: readonly Scenario[] = [
  idle,
  rest,
  firstPayment,
  journeys,
  orders,
  sale,
  stored,
  list,
  hotTicket,
  search,
  pages,
  pageVitals,
  expiry,
  streams,
  replicas,
  growth,
];
