import type { Metadata } from 'next';
import { Art } from '../../../components/art.tsx';
import { forUser } from '../../../components/for-user.tsx';
import { NotFound } from '../../../components/not-found.tsx';
import { Notice } from '../../../components/notice.tsx';
import { OrderPanel } from '../../../components/order-panel.tsx';
import { PageLink } from '../../../components/page-link.tsx';
import { UnavailablePage } from '../../../components/unavailable.tsx';
import type { Api, Result } from '../../../lib/api/api.ts';
import { getCharge, getOrder, getTicket } from '../../../lib/api/marketplace.ts';
import type { Order, Ticket } from '../../../lib/api/schemas.ts';
import { formatDateTime, formatTime } from '../../../lib/dates.ts';
import { priceLabel } from '../../../lib/money.ts';
import type { QueryParams } from '../../../lib/query-params.ts';
import { serverApi } from '../../../lib/server/api.ts';
import { runtimeConfig } from '../../../lib/server/runtime.ts';
import { refineClock, serverTime } from '../../../lib/server-clock.ts';
import { placeLabel, seatLabel } from '../../../lib/ticket-labels.ts';
import { postCancel, postProblem } from '../../form-actions.ts';

const title = 'Order';

export const metadata: Metadata = { title };

/** The time of the orders service, whose clock decides when a hold expires, from its response's `Date` header. */
const timeOfOrders = (result: Result<Order>): number => {
  const reading = { server: Date.now(), local: performance.now() };
  if (!result.ok) return reading.server;
  const response = { date: result.header('date'), sentAt: result.sentAt, receivedAt: result.receivedAt };
  return serverTime(refineClock(reading, response), performance.now());
};

const loadTicketAndCharge = async (api: Api, order: Order) => {
  const [ticket, charge] = await Promise.all([getTicket(api, order.ticket.id), getCharge(api, order.id)]);
  return { ticket: ticket.ok ? ticket.data : undefined, charge: charge.ok ? charge.data : undefined };
};

const Summary = ({ order, ticket }: { readonly order: Order; readonly ticket: Ticket | undefined }) => {
  const place = placeLabel(ticket);
  const seat = ticket === undefined ? undefined : seatLabel(ticket);
  return (
    <article className="ticket h-auto!">
      <Art ticket={{ ...ticket, id: order.ticket.id }} className="ticket-art" />
      <div className="ticket-text">
        <h1 className="text-xl leading-snug font-bold wrap-anywhere" dir="auto">
          <PageLink href={`/tickets/${order.ticket.id}`} className="ticket-link">
            {order.ticket.title}
          </PageLink>
        </h1>
        {place !== undefined && <p dir="auto">{place}</p>}
        {ticket?.startsAt !== undefined && <p>{formatDateTime(ticket.startsAt, ticket.timeZone)}</p>}
        {seat !== undefined && <p dir="auto">{seat}</p>}
      </div>
      <div className="stub">
        <span className="stub-price" data-testid="order-price">
          {priceLabel(order)}
        </span>
        <span className="stub-side">one ticket</span>
      </div>
    </article>
  );
};

/** How often a page without JavaScript reloads. */
const refreshSeconds = { created: 2, 'awaiting:payment': 20 } as const;

interface PageProps {
  readonly params: Promise<{ readonly orderId: string }>;
  readonly searchParams: Promise<QueryParams>;
}

const pathOf = async ({ params }: PageProps): Promise<string> =>
  `/orders/${encodeURIComponent((await params).orderId)}`;

const OrderPage = forUser<PageProps>({ title, path: pathOf }, async (props) => {
  const { orderId } = await props.params;
  const { from } = await props.searchParams;
  const api = await serverApi();
  const result = await getOrder(api, orderId);
  if (!result.ok) {
    if (result.failure.status === 404) return <NotFound />;
    if (result.failure.status !== 401)
      return <UnavailablePage title={title} failure={result.failure} retry={await pathOf(props)} />;
    return (
      <div className="shell max-w-2xl py-10">
        <h1 className="mb-6 text-3xl font-bold">{title}</h1>
        <Notice variant="error">This order belongs to another account. Sign in as its buyer to see it.</Notice>
      </div>
    );
  }
  const order = result.data;
  const now = timeOfOrders(result);
  const { ticket, charge } = await loadTicketAndCharge(api, order);
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
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 md:grid-cols-[19rem_1fr] md:items-start">
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
          fromBank={from === 'bank'}
          post={postCancel}
          postProblem={postProblem}
          labels={{
            price: priceLabel(order),
            until: formatTime(order.expiresAt, order.ticket.timeZone),
            newPrice: repriced ? priceLabel(ticket) : undefined,
          }}
        />
      </div>
    </div>
  );
});

export default OrderPage;
