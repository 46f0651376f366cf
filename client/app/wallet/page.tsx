import type { Metadata } from 'next';
import { forUser } from '../../components/for-user.tsx';
import { KeepOffline } from '../../components/keep-offline.tsx';
import { Empty, ListPage, ListRow } from '../../components/list-page.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { UnavailablePage } from '../../components/unavailable.tsx';
import type { Order } from '../../lib/api/schemas.ts';
import { boughtLine, boughtBadge } from '../../lib/delivery-labels.ts';
import { cancelLabels } from '../../lib/order-labels.ts';
import { readBought } from '../../lib/server/bought.ts';
import { ticketLines } from '../../lib/ticket-labels.ts';
import { undoneOf, walletOf, walletPath } from '../../lib/wallet.ts';

const title = 'My tickets';

export const metadata: Metadata = { title };

const isReady = ({ delivery }: Order): boolean => delivery?.status === 'delivered';

/** `state` is what has become of the ticket. */
const facts = ({ ticket }: Order, state?: string): string[] => [
  ...ticketLines(ticket),
  ...(state === undefined ? [] : [state]),
];

const undoneBadge = ({ reason }: Order) =>
  ({ variant: 'over', label: reason === 'not_delivered' ? 'Not delivered' : 'Refunded' }) as const;

const path = '/wallet';

const WalletPage = forUser({ title, path }, async ({ user }) => {
  const bought = await readBought();
  if (!bought.ok) return <UnavailablePage title={title} failure={bought.failure} retry={path} />;
  const now = Date.now();
  const orders = walletOf(bought.orders, now);
  const undone = undoneOf(bought.orders, now);
  const ready = orders.filter(isReady).map(({ id }) => walletPath(id));
  return (
    <ListPage title={title}>
      <KeepOffline owner={user.id} path={path} action="save" tickets={bought.isWhole ? ready : undefined} />
      {orders.length === 0 ? (
        <Empty text="You have no tickets for events to come." href="/" label="Browse tickets" />
      ) : (
        <ul className="grid gap-3">
          {orders.map((order) => (
            <li key={order.id}>
              <ListRow
                href={walletPath(order.id)}
                title={order.ticket.title}
                facts={facts(order, isReady(order) ? undefined : boughtLine(order))}
                badge={boughtBadge(order)}
                testId="wallet-ticket"
                isWholePage
              />
            </li>
          ))}
        </ul>
      )}
      {undone.length > 0 && (
        <section className="mt-8" aria-labelledby="undone">
          <h2 id="undone" className="mb-3 text-xl font-semibold">
            Refunded
          </h2>
          <ul className="grid gap-3">
            {undone.map((order) => (
              <li key={order.id}>
                <ListRow
                  href={`/orders/${order.id}`}
                  title={order.ticket.title}
                  facts={facts(order, cancelLabels(order.reason).text)}
                  badge={undoneBadge(order)}
                  testId="wallet-undone"
                />
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className="mt-5 text-[0.9375rem] text-muted">
        {orders.length > 0 && <span>Open a ticket once, and this device shows it without a connection, too. </span>}
        <span>Earlier tickets are in </span>
        <PageLink href="/orders" className="link">
          My orders
        </PageLink>
        <span>.</span>
      </p>
    </ListPage>
  );
});

export default WalletPage;
