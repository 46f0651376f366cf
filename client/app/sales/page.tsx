import type { Metadata } from 'next';
import { Balance } from '../../components/balance.tsx';
import { Empty, ListPage, ListRow } from '../../components/list-page.tsx';
import { Pager } from '../../components/pager.tsx';
import { PayoutAccount } from '../../components/payout-account.tsx';
import { Unavailable } from '../../components/unavailable.tsx';
import type { Api } from '../../lib/api/api.ts';
import { getBalance, getPayoutAccount, getTicket, listSales } from '../../lib/api/marketplace.ts';
import type { Sale } from '../../lib/api/schemas.ts';
import { dueLine } from '../../lib/delivery-labels.ts';
import { priceLabel } from '../../lib/money.ts';
import { readPage, readPaging } from '../../lib/paging.ts';
import { param, type QueryParams } from '../../lib/query-params.ts';
import { saleBadge, saleLines } from '../../lib/sale-labels.ts';
import { serverApi } from '../../lib/server/api.ts';
import { requireUser } from '../../lib/server/require-user.ts';
import { postPayout } from '../form-actions.ts';

export const metadata: Metadata = { title: 'My sales' };

const pageSize = 20;

/** By ticket, what of these sales must be delivered. The page works without it. */
const loadDue = async (api: Api, sales: readonly Sale[]): Promise<ReadonlyMap<string, string>> => {
  const open = sales.filter(({ state }) => state === 'held' || state === 'disputed');
  const tickets = await Promise.all(open.map(({ ticketId }) => getTicket(api, ticketId)));
  return new Map(
    tickets.flatMap((ticket) => {
      const line = ticket.ok ? dueLine(ticket.data) : undefined;
      return ticket.ok && line !== undefined ? [[ticket.data.id, line] as const] : [];
    }),
  );
};

const pageHref = (page: number): string => (page === 1 ? '/sales' : `/sales?page=${page}`);

const SalesPage = async ({ searchParams }: { readonly searchParams: Promise<QueryParams> }) => {
  const page = readPage(param(await searchParams, 'page'), pageSize);
  const user = await requireUser(pageHref(page));
  const api = await serverApi();
  const query = new URLSearchParams({ page: String(page), limit: String(pageSize) });
  const [sales, balance, account] = await Promise.all([listSales(api, query), getBalance(api), getPayoutAccount(api)]);
  const paging = sales.ok ? readPaging(sales.header, { page, shown: sales.data.length }) : undefined;
  const due = await loadDue(api, sales.ok ? sales.data : []);
  return (
    <ListPage title="My sales">
      <div className="grid gap-5">
        {balance.ok && <Balance balance={balance.data} />}
        {account.ok && (
          <PayoutAccount post={postPayout} status={account.data.status} emailVerified={user.emailVerified} />
        )}
        {[balance, account, sales].map(
          (result, index) => !result.ok && <Unavailable key={index} failure={result.failure} retry={pageHref(page)} />,
        )}
      </div>
      {sales.ok && (
        <section className="mt-8" aria-labelledby="sold">
          <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
            <h2 id="sold" className="text-xl font-semibold">
              Sold tickets
            </h2>
            {sales.data.length > 0 && (
              <a href="/sales/csv" className="link inline-flex min-h-11 items-center" download="sales.csv">
                {paging?.isCapped === true ? 'Download the newest 10,000 as CSV' : 'Download as CSV'}
              </a>
            )}
          </div>
          {sales.data.length === 0 ? (
            <Empty text="You have not sold a ticket yet." href="/my-tickets" label="See your tickets" />
          ) : (
            <>
              <ul className="grid gap-3">
                {sales.data.map((sale) => (
                  <li key={sale.orderId}>
                    <ListRow
                      href={`/tickets/${sale.ticketId}${due.has(sale.ticketId) ? '#ticket-file' : ''}`}
                      title={sale.title}
                      facts={saleLines(sale)}
                      badge={saleBadge(sale)}
                      price={priceLabel({ price: sale.proceeds, currency: sale.currency })}
                      testId="sale"
                      todo={due.get(sale.ticketId)}
                    />
                  </li>
                ))}
              </ul>
              {paging !== undefined && <Pager paging={paging} href={pageHref} />}
            </>
          )}
        </section>
      )}
    </ListPage>
  );
};

export default SalesPage;
