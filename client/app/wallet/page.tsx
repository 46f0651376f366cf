import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { KeepOffline } from '../../components/keep-offline.tsx';
import { Empty, ListPage, ListRow } from '../../components/list-page.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Unavailable } from '../../components/unavailable.tsx';
import type { Failure } from '../../lib/api/api.ts';
import type { Order } from '../../lib/api/schemas.ts';
import { formatDateTime } from '../../lib/dates.ts';
import { boughtLine, boughtBadge } from '../../lib/delivery-labels.ts';
import { signInPath } from '../../lib/safe-next.ts';
import { readSession } from '../../lib/server/api.ts';
import { readBought } from '../../lib/server/bought.ts';
import { placeLabel, seatLabel } from '../../lib/ticket-labels.ts';
import { walletOf, walletPath } from '../../lib/wallet.ts';

export const metadata: Metadata = { title: 'My tickets' };

const isReady = ({ delivery }: Order): boolean => delivery?.status === 'delivered';

const facts = ({ ticket, delivery }: Order): string[] =>
  [
    ticket.startsAt === undefined ? undefined : formatDateTime(ticket.startsAt, ticket.timeZone),
    placeLabel(ticket),
    seatLabel(ticket),
    delivery?.status === 'delivered' ? undefined : boughtLine({ delivery, ticket }),
  ].filter((line) => line !== undefined);

const NoTickets = ({ failure }: { readonly failure: Failure }) => (
  <ListPage title="My tickets">
    <Unavailable failure={failure} retry="/wallet" />
  </ListPage>
);

const WalletPage = async () => {
  const session = await readSession();
  if ('failure' in session) return <NoTickets failure={session.failure} />;
  const user = session.user ?? redirect(signInPath('/wallet'));
  const bought = await readBought();
  if (!bought.ok) return <NoTickets failure={bought.failure} />;
  const orders = walletOf(bought.orders, Date.now());
  const ready = orders.filter(isReady).map(({ id }) => walletPath(id));
  return (
    <ListPage title="My tickets">
      <KeepOffline owner={user.id} path="/wallet" action="save" tickets={bought.isWhole ? ready : undefined} />
      {orders.length === 0 ? (
        <Empty text="You have no tickets for events to come." href="/" label="Browse tickets" />
      ) : (
        <ul className="grid gap-3">
          {orders.map((order) => (
            <li key={order.id}>
              <ListRow
                href={walletPath(order.id)}
                title={order.ticket.title}
                facts={facts(order)}
                badge={boughtBadge(order)}
                testId="wallet-ticket"
                isWholePage
              />
            </li>
          ))}
        </ul>
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
};

export default WalletPage;
