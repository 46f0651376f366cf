import type { Metadata } from 'next';
import { Balance } from '../../components/balance.tsx';
import { forUser } from '../../components/for-user.tsx';
import { Empty, ListPage, ListRow } from '../../components/list-page.tsx';
import { Pager } from '../../components/pager.tsx';
import { PayoutAccount } from '../../components/payout-account.tsx';
import { SalesPlot } from '../../components/sales-plot.tsx';
import { SellerNumbers } from '../../components/seller-numbers.tsx';
import { ToDeliver } from '../../components/to-deliver.tsx';
import { Unavailable } from '../../components/unavailable.tsx';
import type { Result } from '../../lib/api/api.ts';
import { getBalance, getPayoutAccount, listSales } from '../../lib/api/marketplace.ts';
import { getSalesSummary, getTicketSummary } from '../../lib/api/summaries.ts';
import { priceLabel } from '../../lib/money.ts';
import { listPages, readPaging, type ListPageProps } from '../../lib/paging.ts';
import { saleBadge, saleLines } from '../../lib/sale-labels.ts';
import { serverApi } from '../../lib/server/api.ts';
import { postPayout } from '../form-actions.ts';

const title = 'My sales';

export const metadata: Metadata = { title };

const pageSize = 20;

const { pageHref, readNumber, pathOf } = listPages('/sales', pageSize);

/** Why something cannot be shown. A service of the release before has no summary, which nobody misses. */
const failuresOf = (read: readonly Result<unknown>[], summaries: readonly Result<unknown>[]) => [
  ...read.flatMap((result) => (result.ok ? [] : [result.failure])),
  ...summaries.flatMap((result) => (result.ok || result.failure.status === 404 ? [] : [result.failure])),
];

const SalesPage = forUser<ListPageProps>({ title, path: pathOf }, async ({ user, ...props }) => {
  const page = await readNumber(props);
  const api = await serverApi();
  const query = new URLSearchParams({ page: String(page), limit: String(pageSize) });
  const [sales, balance, account, ticketSummary, salesSummary] = await Promise.all([
    listSales(api, query),
    getBalance(api),
    getPayoutAccount(api),
    getTicketSummary(api),
    getSalesSummary(api),
  ]);
  const [failure] = failuresOf([balance, account, sales], [ticketSummary, salesSummary]);
  const paging = sales.ok ? readPaging(sales.header, { page, shown: sales.data.length }) : undefined;
  const disputed = salesSummary.ok ? salesSummary.data.states.find(({ state }) => state === 'disputed') : undefined;
  return (
    <ListPage title={title} action={{ href: '/tickets/new', label: 'Sell a ticket' }}>
      <div className="grid gap-5">
        {failure !== undefined && <Unavailable failure={failure} retry={pageHref(page)} />}
        <SellerNumbers tickets={ticketSummary} sales={salesSummary} />
        {ticketSummary.ok && <ToDeliver {...ticketSummary.data.toDeliver} />}
        {balance.ok && (
          <Balance
            balance={balance.data}
            payouts={{
              isReady: account.ok ? account.data.status === 'ready' : undefined,
              emailVerified: user.emailVerified,
            }}
            disputed={disputed?.sales ?? 0}
          />
        )}
        {account.ok && (
          <PayoutAccount post={postPayout} status={account.data.status} emailVerified={user.emailVerified} />
        )}
        {salesSummary.ok && <SalesPlot summary={salesSummary.data} now={new Date()} />}
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
          {sales.data.length > 0 ? (
            <ul className="grid gap-3">
              {sales.data.map((sale) => (
                <li key={sale.orderId}>
                  <ListRow
                    href={`/tickets/${sale.ticketId}`}
                    title={sale.title}
                    facts={saleLines(sale)}
                    badge={saleBadge(sale)}
                    price={priceLabel({ price: sale.proceeds, currency: sale.currency })}
                    testId="sale"
                  />
                </li>
              ))}
            </ul>
          ) : page === 1 ? (
            <Empty text="You have not sold a ticket yet." href="/my-tickets" label="See your tickets" />
          ) : (
            <Empty text="Your sales end before this page." href="/sales#sold" label="See the newest" />
          )}
          {paging !== undefined && sales.data.length > 0 && (
            <Pager paging={paging} href={(other) => `${pageHref(other)}#sold`} />
          )}
        </section>
      )}
    </ListPage>
  );
});

export default SalesPage;
