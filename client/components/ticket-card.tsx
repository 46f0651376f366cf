import type { EventEntry, ListedTicket } from '../lib/api/schemas.ts';
import { categoryOf } from '../lib/categories.ts';
import { formatDateTime } from '../lib/dates.ts';
import { eventHref } from '../lib/event-labels.ts';
import { priceLabel } from '../lib/money.ts';
import { placeLabel, seatLabel } from '../lib/ticket-labels.ts';
import { Art } from './art.tsx';
import { PageLink } from './page-link.tsx';

/** A ticket in a list; the whole card links to the ticket's page. `event`: of several tickets, which another link leads to. */
export const TicketCard = ({
  ticket,
  event,
}: {
  readonly ticket: ListedTicket;
  readonly event: EventEntry | undefined;
}) => (
  <article className="ticket" data-testid="ticket-card">
    <Art ticket={ticket} className="ticket-art" />
    <div className="ticket-text">
      <h3 dir="auto">
        <PageLink href={`/tickets/${ticket.id}`} className="ticket-link">
          {ticket.title}
        </PageLink>
      </h3>
      <p dir="auto">{placeLabel(ticket) ?? categoryOf(ticket.category).label}</p>
      {ticket.startsAt !== undefined && <p>{formatDateTime(ticket.startsAt, ticket.timeZone)}</p>}
      {ticket.delivery === 'instant' && <p>Delivered at once</p>}
      {event !== undefined && (
        <PageLink href={eventHref(event)} className="link relative z-1 inline-flex min-h-11 items-center text-sm">
          {`All ${event.onSale.toLocaleString('en-US')} tickets, from ${priceLabel({ price: event.fromPrice, currency: event.currency })}`}
        </PageLink>
      )}
    </div>
    <div className="stub">
      <span className="stub-price">{priceLabel(ticket)}</span>
      <span className="stub-side">
        <bdi>{seatLabel(ticket) ?? ''}</bdi>
      </span>
    </div>
  </article>
);
