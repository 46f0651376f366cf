import type { Metadata } from 'next';
import { randomUUID } from 'node:crypto';
import { cache } from 'react';
import { Art } from '../../../components/art.tsx';
import { BoughtTicket } from '../../../components/bought-ticket.tsx';
import { Facts } from '../../../components/facts.tsx';
import { HoldForm } from '../../../components/hold-form.tsx';
import { Icon } from '../../../components/icon.tsx';
import { LiveOrder } from '../../../components/live-order.tsx';
import { LiveTicket } from '../../../components/live-ticket.tsx';
import { NotFound } from '../../../components/not-found.tsx';
import { Notice } from '../../../components/notice.tsx';
import { PageLink } from '../../../components/page-link.tsx';
import { SellerFile } from '../../../components/seller-file.tsx';
import { SaleSummary } from '../../../components/sale-summary.tsx';
import { UnavailablePage } from '../../../components/unavailable.tsx';
import { WithdrawTicket } from '../../../components/withdraw-ticket.tsx';
import { getEvent, getOrder, getPayoutAccount, getTicket, listSales } from '../../../lib/api/marketplace.ts';
import type { EventEntry, Order, Sale, Ticket, User } from '../../../lib/api/schemas.ts';
import { catalogueHref } from '../../../lib/catalogue-query.ts';
import { categoryOf } from '../../../lib/categories.ts';
import { deliveryLabel, dueLine } from '../../../lib/delivery-labels.ts';
import { eventHref, leftLabel } from '../../../lib/event-labels.ts';
import { priceLabel } from '../../../lib/money.ts';
import { param, type QueryParams } from '../../../lib/query-params.ts';
import { signInPath } from '../../../lib/safe-next.ts';
import { anonymousApi, readSession, serverApi, type Session } from '../../../lib/server/api.ts';
import { runtimeConfig } from '../../../lib/server/runtime.ts';
import { ticketState, type TicketState } from '../../../lib/ticket-labels.ts';
import { postHold, postUpload, postWithdraw } from '../../form-actions.ts';

interface PageProps {
  readonly params: Promise<{ readonly ticketId: string }>;
  readonly searchParams: Promise<QueryParams>;
}

const loadTicket = cache(async (ticketId: string) => getTicket(await serverApi(), ticketId));

export const generateMetadata = async ({ params }: PageProps): Promise<Metadata> => {
  const ticket = await loadTicket((await params).ticketId);
  if (!ticket.ok) return { title: ticket.failure.status === 404 ? 'Ticket not found' : 'Ticket' };
  const { id, title } = ticket.data;
  const description = `${title}, ${priceLabel(ticket.data)} on Foyer.`;
  const url = new URL(`/tickets/${id}`, runtimeConfig().publicUrl).href;
  return { title, description, openGraph: { type: 'website', siteName: 'Foyer', title, description, url } };
};

/** The user's own order on a ticket that is held or sold; undefined if another user holds or bought it. */
const loadOwnOrder = async (ticket: Ticket, user: User | undefined): Promise<Order | undefined> => {
  if (user === undefined || ticket.orderId === undefined || ticket.userId === user.id) return undefined;
  const order = await getOrder(await serverApi(), ticket.orderId);
  return order.ok ? order.data : undefined;
};

/** The sale of the user's own ticket; undefined if it is not sold, or payments does not respond. */
const loadOwnSale = async (ticket: Ticket, user: User | undefined): Promise<Sale | undefined> => {
  if (user === undefined || ticket.orderId === undefined || ticket.soldAt === undefined || ticket.userId !== user.id)
    return undefined;
  const sales = await listSales(await serverApi(), new URLSearchParams({ orderId: ticket.orderId }));
  return sales.ok ? sales.data[0] : undefined;
};

/** The ticket's event, if it has other tickets. The page works without it. */
const loadEvent = async ({ eventId, ...ticket }: Ticket): Promise<EventEntry | undefined> => {
  if (eventId === undefined) return undefined;
  const event = await getEvent(await anonymousApi(), eventId);
  const own = ticketState(ticket) === 'on-sale' ? 1 : 0;
  return event.ok && event.data.onSale > own ? event.data : undefined;
};

/** Whether the user must set payouts up; false if payments does not respond. */
const loadNeedsPayouts = async (): Promise<boolean> => {
  const account = await getPayoutAccount(await serverApi());
  return account.ok && account.data.status !== 'ready';
};

const sellerTexts: Readonly<Record<TicketState, string>> = {
  'on-sale': 'This is your listing. You can change it until a buyer holds it.',
  held: 'This is your listing. A buyer holds it right now, so it can’t be changed until the hold ends.',
  sold: 'This is your listing, and it is sold.',
  withdrawn: 'You have withdrawn this listing. Only you can see it.',
  over: 'This is your listing. Its event has begun, so nobody can buy it.',
};

const Seller = ({ ticket, sale }: { readonly ticket: Ticket; readonly sale: Sale | undefined }) => {
  const state = ticketState(ticket);
  const isOffered = state === 'on-sale' || state === 'over';
  return (
    <>
      <p className="text-muted">{sellerTexts[state]}</p>
      {sale !== undefined && <SaleSummary sale={sale} />}
      {isOffered && (
        <PageLink href={`/tickets/${ticket.id}/edit`} className="button button-main button-wide">
          Edit ticket
        </PageLink>
      )}
      <PageLink href="/my-tickets" className="button button-quiet button-wide">
        My listings
      </PageLink>
      {isOffered && <WithdrawTicket post={postWithdraw} ticketId={ticket.id} />}
    </>
  );
};

const Buyer = ({
  ticket,
  session,
  order,
}: {
  readonly ticket: Ticket;
  readonly session: Session;
  readonly order: Order | undefined;
}) => {
  if (order !== undefined && order.status !== 'cancelled') {
    return (
      <>
        <p className="text-muted">
          {order.status === 'complete'
            ? 'This ticket is yours.'
            : 'You hold this ticket. Pay before your hold runs out.'}
        </p>
        {order.status === 'complete' && <BoughtTicket order={order} />}
        <PageLink
          href={`/orders/${order.id}`}
          className={`button button-wide ${order.delivery?.status === 'delivered' ? 'button-quiet' : 'button-main'}`}
        >
          {order.status === 'complete' ? 'Show my order' : 'Continue to payment'}
        </PageLink>
      </>
    );
  }
  switch (ticketState(ticket)) {
    case 'sold':
      return (
        <p className="text-muted">
          {order === undefined
            ? 'Another buyer has bought this ticket.'
            : 'You had bought this ticket, and got your money back.'}
        </p>
      );
    case 'withdrawn':
      return <p className="text-muted">Its seller has withdrawn this ticket.</p>;
    case 'over':
      return <p className="text-muted">This event has begun, so this ticket can no longer be bought.</p>;
    case 'held':
      return (
        <>
          <p className="text-muted">
            Another buyer holds this ticket. If they do not pay in time, it goes back on sale.
          </p>
          <a href={`/tickets/${ticket.id}`} className="button button-quiet button-wide">
            Check again
          </a>
        </>
      );
    case 'on-sale':
      if ('failure' in session)
        return (
          <>
            <p className="text-muted">
              Whether you are signed in can’t be checked right now, so you can’t hold it yet.
            </p>
            <a href={`/tickets/${ticket.id}`} className="button button-quiet button-wide">
              Try again
            </a>
          </>
        );
      return session.user === undefined ? (
        <PageLink href={signInPath(`/tickets/${ticket.id}`)} className="button button-main button-wide">
          Sign in to hold this ticket
        </PageLink>
      ) : (
        <HoldForm
          post={postHold}
          ticketId={ticket.id}
          price={ticket.price}
          currency={ticket.currency}
          version={ticket.version}
          formKey={randomUUID()}
        />
      );
  }
};

const TicketPage = async ({ params, searchParams }: PageProps) => {
  const { ticketId } = await params;
  const [loaded, session] = await Promise.all([loadTicket(ticketId), readSession()]);
  if (!loaded.ok) {
    if (loaded.failure.status === 404) return <NotFound />;
    const retry = `/tickets/${encodeURIComponent(ticketId)}`;
    return <UnavailablePage title="Ticket" failure={loaded.failure} retry={retry} />;
  }
  const ticket = loaded.data;
  const user = 'user' in session ? session.user : undefined;
  const own = ticket.userId === user?.id;
  const query = await searchParams;
  const justUploaded = own && param(query, 'uploaded') !== undefined;
  const [order, sale, event, needsPayouts] = await Promise.all([
    loadOwnOrder(ticket, user),
    loadOwnSale(ticket, user),
    loadEvent(ticket),
    justUploaded && loadNeedsPayouts(),
  ]);
  const category = categoryOf(ticket.category);
  const justListed = own && param(query, 'listed') !== undefined;
  const due = own ? dueLine(ticket) : undefined;
  return (
    <div className="shell py-6 md:py-10">
      {justListed && (
        <div className="mb-5">
          <Notice variant="success">
            <p>Your ticket is listed. Buyers can find it within a moment.</p>
            {ticket.delivery !== 'instant' && ticketState(ticket) === 'on-sale' && (
              <p>
                Next:{' '}
                <a href="#ticket-file" className="underline">
                  add the ticket file
                </a>
                , so that the buyer gets it at once.
              </p>
            )}
          </Notice>
        </div>
      )}
      {due !== undefined && (
        <div className="mb-5">
          <Notice variant="warning">
            <p className="font-semibold">{`${due}.`}</p>
            <a href="#ticket-file" className="underline">
              Deliver this ticket
            </a>
          </Notice>
        </div>
      )}
      <div className="grid gap-6 lg:grid-cols-[1fr_22rem] lg:items-start lg:gap-x-10 lg:gap-y-8">
        <div>
          <Art ticket={ticket} className="h-44 rounded-2xl md:h-72" />
          <p className="mt-5 text-[0.9375rem]">
            <PageLink href={catalogueHref({ page: 1 }, { category: category.id })} className="link">
              {category.label}
            </PageLink>
          </p>
          <h1 className="mt-1 text-3xl leading-tight font-bold wrap-anywhere md:text-4xl" dir="auto">
            {ticket.title}
          </h1>
          <Facts of={ticket} />
          {event !== undefined && (
            <p className="mt-4">
              <PageLink href={eventHref(event)} className="link inline-flex min-h-11 items-center">
                {`All tickets of this event: ${leftLabel(event)}`}
              </PageLink>
            </p>
          )}
          {own && (
            <SellerFile
              post={postUpload}
              ticket={ticket}
              deliveryHours={runtimeConfig().deliveryHours}
              justUploaded={justUploaded}
              needsPayouts={needsPayouts}
            />
          )}
        </div>
        <aside className="panel p-5 shadow-sm lg:sticky lg:top-6 lg:row-span-2" aria-label="Price and hold">
          <LiveTicket key={ticket.id} ticket={ticket} own={own}>
            {own ? <Seller ticket={ticket} sale={sale} /> : <Buyer ticket={ticket} session={session} order={order} />}
          </LiveTicket>
          {order !== undefined && <LiveOrder key={order.id} order={order} />}
          {!own && ticketState(ticket) === 'on-sale' && (
            <ul className="mt-5 grid gap-2 border-t border-line pt-4 text-sm text-muted">
              <li className="flex gap-2">
                <Icon name="timer" className="icon text-pine" />
                Nobody else can buy it while you hold it.
              </li>
              <li className="flex gap-2">
                <Icon name="shield" className="icon text-pine" />
                You pay this price or nothing.
              </li>
              <li className="flex gap-2" data-testid="ticket-delivery">
                <Icon name="ticket" className="icon text-pine" />
                <span>
                  {`${deliveryLabel(ticket, runtimeConfig().deliveryHours)}${
                    ticket.delivery === 'instant'
                      ? ': you can download it as soon as you have paid.'
                      : ' of the sale, or you get your money back.'
                  }`}
                </span>
              </li>
            </ul>
          )}
        </aside>
        {ticket.description !== undefined && (
          <section className="border-t border-line pt-6">
            <h2 className="text-lg font-semibold">From the seller</h2>
            <p
              className="mt-2 max-w-prose leading-relaxed wrap-anywhere whitespace-pre-line [unicode-bidi:plaintext]"
              dir="auto"
            >
              {ticket.description}
            </p>
          </section>
        )}
      </div>
    </div>
  );
};

export default TicketPage;
