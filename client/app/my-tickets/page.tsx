import type { Metadata } from 'next';
import { forUser } from '../../components/for-user.tsx';
import { BeyondEnd, Empty, ListPage, ListRow } from '../../components/list-page.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Pager } from '../../components/pager.tsx';
import { Unavailable } from '../../components/unavailable.tsx';
import { listTickets } from '../../lib/api/marketplace.ts';
import type { ListedTicket } from '../../lib/api/schemas.ts';
import { formatDate } from '../../lib/dates.ts';
import { dueLine, sellerBadge } from '../../lib/delivery-labels.ts';
import { priceLabel } from '../../lib/money.ts';
import { listPages, type ListPageProps } from '../../lib/paging.ts';
import { serverApi } from '../../lib/server/api.ts';
import { toTicketPage } from '../../lib/server/catalogue.ts';
import { ticketLines } from '../../lib/ticket-labels.ts';

const title = 'My listings';

export const metadata: Metadata = { title };

const pageSize = 20;

const facts = (ticket: ListedTicket): string[] => [
  ...ticketLines(ticket),
  ...(ticket.soldAt === undefined ? [] : [`Sold on ${formatDate(ticket.soldAt, ticket.timeZone)}`]),
  ...(ticket.withdrawnAt === undefined ? [] : [`Withdrawn on ${formatDate(ticket.withdrawnAt, ticket.timeZone)}`]),
];

const ticketHref = ({ id, dueAt }: ListedTicket): string =>
  `/tickets/${id}${dueAt === undefined ? '' : '#ticket-file'}`;

const { pageHref, readNumber, pathOf } = listPages('/my-tickets', pageSize);

const MyTicketsPage = forUser<ListPageProps>({ title, path: pathOf }, async (props) => {
  const page = await readNumber(props);
  const query = new URLSearchParams({ mine: 'true', page: String(page), limit: String(pageSize) });
  const loaded = toTicketPage(await listTickets(await serverApi(), query), page);
  return (
    <ListPage title={title} action={{ href: '/tickets/new', label: 'Sell a ticket' }}>
      {'failure' in loaded ? (
        <Unavailable failure={loaded.failure} retry={pageHref(page)} />
      ) : loaded.data.tickets.length === 0 && page > 1 ? (
        <BeyondEnd page={page} href={pageHref(1)} />
      ) : loaded.data.tickets.length === 0 ? (
        <Empty text="You have not listed a ticket yet." href="/tickets/new" label="List your first ticket" />
      ) : (
        <>
          <p className="mb-3">
            <PageLink href="/sales" className="link inline-flex min-h-11 items-center">
              What you have sold, and your balance
            </PageLink>
          </p>
          <ul className="grid gap-3">
            {loaded.data.tickets.map((ticket) => (
              <li key={ticket.id}>
                <ListRow
                  href={ticketHref(ticket)}
                  title={ticket.title}
                  facts={facts(ticket)}
                  badge={sellerBadge(ticket)}
                  price={priceLabel(ticket)}
                  testId="my-ticket"
                  todo={dueLine(ticket)}
                />
              </li>
            ))}
          </ul>
          <Pager paging={loaded.data.paging} href={pageHref} />
        </>
      )}
    </ListPage>
  );
});

export default MyTicketsPage;
