import type { Metadata } from 'next';
import { forUser } from '../../../components/for-user.tsx';
import { Empty, ListPage, ListRow } from '../../../components/list-page.tsx';
import { PageLink } from '../../../components/page-link.tsx';
import { Unavailable } from '../../../components/unavailable.tsx';
import { getTicket } from '../../../lib/api/marketplace.ts';
import type { Ticket } from '../../../lib/api/schemas.ts';
import { sellerBadge } from '../../../lib/delivery-labels.ts';
import { maxSeats } from '../../../lib/forms/seats.ts';
import { priceLabel } from '../../../lib/money.ts';
import { plural } from '../../../lib/plural.ts';
import { param, type QueryParams } from '../../../lib/query-params.ts';
import { serverApi } from '../../../lib/server/api.ts';
import { placeLabel, seatLabel } from '../../../lib/ticket-labels.ts';

const title = 'Listed tickets';

export const metadata: Metadata = { title };

const factsOf = (ticket: Ticket): string[] =>
  [seatLabel(ticket), placeLabel(ticket)].filter((fact) => fact !== undefined);

const todoOf = ({ delivery, orderId, withdrawnAt }: Ticket): string | undefined => {
  if (delivery === 'instant') return 'Its file is stored';
  return orderId === undefined && withdrawnAt === undefined
    ? 'Add its file, so that the buyer gets it at once'
    : undefined;
};

interface PageProps {
  readonly searchParams: Promise<QueryParams>;
}

const readIds = async ({ searchParams }: PageProps): Promise<string[]> =>
  (param(await searchParams, 'ids') ?? '').split(',').filter((id) => /^[0-9a-f]{24}$/.test(id));

const pathOf = async (props: PageProps): Promise<string> => `/tickets/listed?ids=${(await readIds(props)).join(',')}`;

/** What a seller has just listed at once. */
const ListedPage = forUser<PageProps>({ title, path: pathOf }, async ({ user, ...props }) => {
  const ids = await readIds(props);
  const api = await serverApi();
  const results = await Promise.all(ids.slice(0, maxSeats).map((id) => getTicket(api, id)));
  const failure = results.find((result) => !result.ok && result.failure.status !== 404);
  const tickets = results.flatMap((result) => (result.ok && result.data.userId === user.id ? [result.data] : []));
  return (
    <ListPage
      title={tickets.length === 0 ? title : `${plural(tickets.length, 'ticket')} listed`}
      action={{ href: '/tickets/new', label: 'Sell another ticket' }}
    >
      {failure !== undefined && !failure.ok && <Unavailable failure={failure.failure} retry={await pathOf(props)} />}
      {tickets.length > 0 ? (
        <>
          <p className="mb-3 text-muted">
            Buyers can find them within a moment. Upload the file of each, and you have nothing more to do.
          </p>
          <ul className="grid gap-3">
            {tickets.map((ticket) => (
              <li key={ticket.id}>
                <ListRow
                  href={`/tickets/${ticket.id}#ticket-file`}
                  title={ticket.title}
                  facts={factsOf(ticket)}
                  badge={sellerBadge(ticket)}
                  price={priceLabel(ticket)}
                  testId="listed-ticket"
                  todo={todoOf(ticket)}
                />
              </li>
            ))}
          </ul>
          <p className="mt-5">
            <PageLink href="/my-tickets" className="link inline-flex min-h-11 items-center">
              All my tickets
            </PageLink>
          </p>
        </>
      ) : (
        failure === undefined && (
          <Empty text="There is no such ticket of yours." href="/my-tickets" label="My listings" />
        )
      )}
    </ListPage>
  );
});

export default ListedPage;
