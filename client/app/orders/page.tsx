import type { Metadata } from 'next';
import { forUser } from '../../components/for-user.tsx';
import { BeyondEnd, Empty, ListPage, ListRow } from '../../components/list-page.tsx';
import { Pager } from '../../components/pager.tsx';
import { Unavailable } from '../../components/unavailable.tsx';
import { listOrders } from '../../lib/api/marketplace.ts';
import type { Order } from '../../lib/api/schemas.ts';
import { formatDateTime } from '../../lib/dates.ts';
import { boughtLine } from '../../lib/delivery-labels.ts';
import { priceLabel } from '../../lib/money.ts';
import { cancelLabels, orderBadge } from '../../lib/order-labels.ts';
import { listPages, readPaging, type ListPageProps } from '../../lib/paging.ts';
import { serverApi } from '../../lib/server/api.ts';
import { ticketLines } from '../../lib/ticket-labels.ts';

const title = 'My orders';

export const metadata: Metadata = { title };

const pageSize = 20;

const stateLines = (order: Order): string[] => {
  switch (order.status) {
    case 'created':
    case 'awaiting:payment':
      return [`Yours until ${formatDateTime(order.expiresAt, order.ticket.timeZone)}`];
    case 'cancelled':
      return [cancelLabels(order.reason).title];
    case 'complete':
      return [boughtLine(order), `Order ${order.id}`].filter((line) => line !== undefined);
  }
};

const facts = (order: Order): string[] => [...ticketLines(order.ticket), ...stateLines(order)];

const { pageHref, readNumber, pathOf } = listPages('/orders', pageSize);

const OrdersPage = forUser<ListPageProps>({ title, path: pathOf }, async (props) => {
  const page = await readNumber(props);
  const query = new URLSearchParams({ sort: 'newest', page: String(page), limit: String(pageSize) });
  const orders = await listOrders(await serverApi(), query);
  if (!orders.ok) {
    return (
      <ListPage title={title}>
        <Unavailable failure={orders.failure} retry={pageHref(page)} />
      </ListPage>
    );
  }
  return (
    <ListPage title={title}>
      {orders.data.length === 0 && page > 1 ? (
        <BeyondEnd page={page} href={pageHref(1)} />
      ) : orders.data.length === 0 ? (
        <Empty text="You have not held or bought a ticket yet." href="/" label="Browse tickets" />
      ) : (
        <>
          <ul className="grid gap-3">
            {orders.data.map((order) => (
              <li key={order.id}>
                <ListRow
                  href={`/orders/${order.id}`}
                  title={order.ticket.title}
                  facts={facts(order)}
                  badge={orderBadge(order)}
                  price={priceLabel(order)}
                  testId="order-row"
                />
              </li>
            ))}
          </ul>
          <Pager paging={readPaging(orders.header, { page, shown: orders.data.length })} href={pageHref} />
        </>
      )}
    </ListPage>
  );
});

export default OrdersPage;
