import type { Metadata } from 'next';
import { Art } from '../../../components/art.tsx';
import { NotFound } from '../../../components/not-found.tsx';
import { Notice } from '../../../components/notice.tsx';
import { OrderPanel } from '../../../components/order-panel.tsx';
import { PageLink } from '../../../components/page-link.tsx';
import { Unavailable } from '../../../components/unavailable.tsx';
import type { Api, Result } from '../../../lib/api/api.ts';
import { getCharge, getOrder, getTicket } from '../../../lib/api/marketplace.ts';
import type { Order, Ticket } from '../../../lib/api/schemas.ts';
import { formatDateTime, formatTime } from '../../../lib/dates.ts';
import { formatPrice } from '../../../lib/money.ts';
import { serverApi } from '../../../lib/server/api.ts';
import { requireUser } from '../../../lib/server/require-user.ts';
import { runtimeConfig } from '../../../lib/server/runtime.ts';
import { refineClock, serverTime } from '../../../lib/server-clock.ts';
import { seatWords } from '../../../lib/ticket-words.ts';
import { postCancel } from '../../form-actions.ts';

export const metadata: Metadata = { title: 'Order' };

/** The time by the clock of the service that ends holds, as far as its answer tells. */
const ordersClock = (result: Result<Order>): number => {
  const reading = { server: Date.now(), local: performance.now() };
  if (!result.ok) return reading.server;
  const answer = { date: result.header('date'), sentAt: result.sentAt, receivedAt: result.receivedAt };
  return serverTime(refineClock(reading, answer), performance.now());
};

const loadAround = async (api: Api, order: Order) => {
  const [ticket, charge] = await Promise.all([getTicket(api, order.ticket.id), getCharge(api, order.id)]);
  return { ticket: ticket.ok ? ticket.data : undefined, charge: charge.ok ? charge.data : undefined };
};

const Summary = ({ order, ticket }: { readonly order: Order; readonly ticket: Ticket | undefined }) => {
  const place = [ticket?.venue, ticket?.city].filter((part) => part !== undefined).join(', ');
  const seat = ticket === undefined ? undefined : seatWords(ticket);
  return (
    <article className="ticket h-auto!">
      <Art ticket={{ ...ticket, id: order.ticket.id }} className="ticket-art" />
      <div className="ticket-text">
        <h1 className="text-xl leading-snug font-bold wrap-anywhere">
          <PageLink href={`/tickets/${order.ticket.id}`} className="ticket-link">
            {order.ticket.title}
          </PageLink>
        </h1>
        {place !== '' && <p>{place}</p>}
        {ticket?.startsAt !== undefined && <p>{formatDateTime(ticket.startsAt)}</p>}
        {seat !== undefined && <p>{seat}</p>}
      </div>
      <div className="stub">
        <span className="stub-price" data-testid="order-price">
          {formatPrice(order.price)}
        </span>
        <span className="stub-side">one ticket</span>
      </div>
    </article>
  );
};

/** How soon a page without JavaScript looks again. */
const refreshSeconds = { created: 2, 'awaiting:payment': 20 } as const;

const OrderPage = async ({ params }: { readonly params: Promise<{ readonly orderId: string }> }) => {
  const { orderId } = await params;
  const path = `/orders/${encodeURIComponent(orderId)}`;
  await requireUser(path);
  const api = await serverApi();
  const result = await getOrder(api, orderId);
  if (!result.ok) {
    if (result.failure.status === 404) return <NotFound />;
    return (
      <div className="shell max-w-2xl py-10">
        {result.failure.status === 401 ? (
          <Notice kind="error">This order belongs to another account. Sign in as its buyer to see it.</Notice>
        ) : (
          <Unavailable failure={result.failure} retry={path} />
        )}
      </div>
    );
  }
  const order = result.data;
  const now = ordersClock(result);
  const { ticket, charge } = await loadAround(api, order);
  const { stripe, paymentAttempts } = runtimeConfig();
  const repriced =
    order.status === 'cancelled' && ticket !== undefined && ticket.soldAt === undefined && ticket.price !== order.price;
  return (
    <div className="shell max-w-5xl py-6 md:py-10">
      {(order.status === 'created' || order.status === 'awaiting:payment') && (
        <noscript>
          <meta httpEquiv="refresh" content={String(refreshSeconds[order.status])} />
        </noscript>
      )}
      <p className="mb-4 text-[0.9375rem]">
        <PageLink href="/orders" className="link">
          My orders
        </PageLink>
      </p>
      <div className="grid gap-6 md:grid-cols-[19rem_1fr] md:items-start">
        <div className="ticket-list">
          <Summary order={order} ticket={ticket} />
        </div>
        <OrderPanel
          key={order.id}
          order={order}
          charge={charge}
          now={now}
          stripe={stripe}
          paymentAttempts={paymentAttempts}
          post={postCancel}
          words={{
            price: formatPrice(order.price),
            until: formatTime(order.expiresAt),
            newPrice: repriced ? formatPrice(ticket.price) : undefined,
          }}
        />
      </div>
    </div>
  );
};

export default OrderPage;
