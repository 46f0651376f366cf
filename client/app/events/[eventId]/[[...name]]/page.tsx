import type { Metadata } from 'next';
import { cache } from 'react';
import { Art } from '../../../../components/art.tsx';
import { Facts } from '../../../../components/facts.tsx';
import { BeyondEnd } from '../../../../components/list-page.tsx';
import { LiveEvent } from '../../../../components/live-event.tsx';
import { NotFound } from '../../../../components/not-found.tsx';
import { PageLink } from '../../../../components/page-link.tsx';
import { Pager } from '../../../../components/pager.tsx';
import { UnavailablePage } from '../../../../components/unavailable.tsx';
import { getEvent, listTickets } from '../../../../lib/api/marketplace.ts';
import type { EventEntry, ListedTicket } from '../../../../lib/api/schemas.ts';
import { catalogueHref } from '../../../../lib/catalogue-query.ts';
import { categoryOf } from '../../../../lib/categories.ts';
import { deliveryLabel } from '../../../../lib/delivery-labels.ts';
import { eventData, eventHref, eventSentence } from '../../../../lib/event-labels.ts';
import { priceLabel } from '../../../../lib/money.ts';
import { readPage } from '../../../../lib/paging.ts';
import { param, type QueryParams } from '../../../../lib/query-params.ts';
import { anonymousApi } from '../../../../lib/server/api.ts';
import { toTicketPage, type TicketPage } from '../../../../lib/server/catalogue.ts';
import { runtimeConfig } from '../../../../lib/server/runtime.ts';
import { hasBegun, seatLabel } from '../../../../lib/ticket-labels.ts';

interface PageProps {
  readonly params: Promise<{ readonly eventId: string }>;
  readonly searchParams: Promise<QueryParams>;
}

const pageSize = 50;

const loadEvent = cache(async (eventId: string) => getEvent(await anonymousApi(), eventId));

const addressOf = (event: EventEntry): string => new URL(eventHref(event), runtimeConfig().publicUrl).href;

export const generateMetadata = async ({ params }: PageProps): Promise<Metadata> => {
  const event = await loadEvent((await params).eventId);
  if (!event.ok) return { title: event.failure.status === 404 ? 'Event not found' : 'Event' };
  const { title } = event.data;
  const [description, url] = [eventSentence(event.data), addressOf(event.data)];
  return {
    title,
    description,
    alternates: { canonical: url },
    openGraph: { type: 'website', siteName: 'Foyer', title, description, url },
  };
};

const Seat = ({ ticket }: { readonly ticket: ListedTicket }) => (
  <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-1" data-testid="event-ticket">
    <PageLink href={`/tickets/${ticket.id}`} className="link inline-flex min-h-11 min-w-0 items-center wrap-anywhere">
      <bdi>{seatLabel(ticket) ?? 'Without a seat number'}</bdi>
    </PageLink>
    <span className="flex items-center gap-4">
      <span className="text-sm text-muted">{deliveryLabel(ticket, runtimeConfig().deliveryHours)}</span>
      <span className="font-semibold tabular-nums">{priceLabel(ticket)}</span>
    </span>
  </li>
);

const Seats = ({ event, page }: { readonly event: EventEntry; readonly page: TicketPage }) =>
  page.tickets.length === 0 && page.paging.page > 1 ? (
    <div className="mt-3">
      <BeyondEnd page={page.paging.page} href={eventHref(event)} />
    </div>
  ) : page.tickets.length === 0 ? (
    <div className="mt-3 grid justify-items-start gap-3">
      <p className="text-muted">
        {hasBegun(event)
          ? 'This event has begun.'
          : 'Every ticket is sold or on hold. If a buyer does not pay in time, it goes back on sale.'}
      </p>
      <PageLink href="/" className="button button-quiet">
        Browse tickets
      </PageLink>
    </div>
  ) : (
    <>
      <ul className="mt-3 divide-y divide-line border-y border-line">
        {page.tickets.map((ticket) => (
          <Seat key={ticket.id} ticket={ticket} />
        ))}
      </ul>
      <Pager paging={page.paging} href={(number) => eventHref(event, number)} />
    </>
  );

const EventPage = async ({ params, searchParams }: PageProps) => {
  const { eventId } = await params;
  const number = readPage(param(await searchParams, 'page'), pageSize);
  const query = new URLSearchParams({ eventId, sort: 'price', page: String(number), limit: String(pageSize) });
  const loaded = await loadEvent(eventId);
  if (!loaded.ok && loaded.failure.status === 404) return <NotFound />;
  // In this order: the list is then no older than the event, by whose version its page is rendered again.
  const listed = await listTickets(await anonymousApi(), query);
  const tickets = toTicketPage(listed, number);
  if (!loaded.ok || 'failure' in tickets) {
    const failure = !loaded.ok ? loaded.failure : 'failure' in tickets ? tickets.failure : undefined;
    const retry = `/events/${encodeURIComponent(eventId)}`;
    return failure && <UnavailablePage title="Event" failure={failure} retry={retry} />;
  }
  const event = loaded.data;
  const category = categoryOf(event.category);
  return (
    <div className="shell max-w-4xl py-6 md:py-10">
      <script type="application/ld+json">{eventData(event, addressOf(event))}</script>
      <Art ticket={event} className="h-40 rounded-2xl md:h-56" />
      <p className="mt-5 text-sm">
        <PageLink
          href={catalogueHref({ page: 1 }, { category: category.id })}
          className="link inline-flex min-h-11 items-center"
        >
          {category.label}
        </PageLink>
      </p>
      <h1 className="mt-1 text-3xl leading-tight font-bold wrap-anywhere md:text-4xl" dir="auto">
        {event.title}
      </h1>
      <Facts of={event} />
      <section aria-labelledby="left" className="panel mt-8 p-5">
        <LiveEvent key={event.id} event={event} />
        <Seats event={event} page={tickets.data} />
      </section>
    </div>
  );
};

export default EventPage;
