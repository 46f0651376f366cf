import { mapListingDetails } from '@ticketing/common/events';
import { currencyOf } from '@ticketing/common/money';
import type { Metadata } from 'next';
import { forUser } from '../../../../components/for-user.tsx';
import { ListingForm } from '../../../../components/listing-form.tsx';
import { NotFound } from '../../../../components/not-found.tsx';
import { Notice } from '../../../../components/notice.tsx';
import { PageLink } from '../../../../components/page-link.tsx';
import { Unavailable } from '../../../../components/unavailable.tsx';
import { getTicket } from '../../../../lib/api/marketplace.ts';
import type { Ticket } from '../../../../lib/api/schemas.ts';
import { categories } from '../../../../lib/categories.ts';
import { toInputValue } from '../../../../lib/dates.ts';
import { serverApi } from '../../../../lib/server/api.ts';
import { timeZoneChoices } from '../../../../lib/server/city-time-zones.ts';
import { runtimeConfig } from '../../../../lib/server/runtime.ts';
import { ticketState } from '../../../../lib/ticket-labels.ts';
import { postEdit } from '../../../form-actions.ts';

const title = 'Edit ticket';

export const metadata: Metadata = { title };

const typed = (ticket: Ticket): Readonly<Record<string, string>> => ({
  title: ticket.title,
  price: ticket.price.toFixed(currencyOf(ticket.currency).decimals),
  ...mapListingDetails({
    category: ticket.category ?? '',
    text: (name) => ticket[name] ?? '',
    startsAt: ticket.startsAt === undefined ? '' : toInputValue(ticket.startsAt, ticket.timeZone),
    timeZone: ticket.timeZone ?? (ticket.startsAt === undefined ? '' : 'UTC'),
  }),
});

const Body = ({ ticket, userId }: { readonly ticket: Ticket; readonly userId: string }) => {
  if (ticket.userId !== userId) return <Notice variant="error">Only its seller can edit this ticket.</Notice>;
  const state = ticketState(ticket);
  if (state === 'on-sale' || state === 'over') {
    return (
      <div className="panel p-5 sm:p-7">
        <ListingForm
          post={postEdit}
          categories={categories}
          timeZones={timeZoneChoices}
          currency={ticket.currency}
          feePercent={runtimeConfig().sellerFeePercent}
          ticketId={ticket.id}
          listing={typed(ticket)}
        />
      </div>
    );
  }
  return (
    <Notice variant="warning">
      {state === 'held'
        ? 'A buyer holds this ticket right now. You can edit it again if the hold ends without a sale.'
        : `This ticket is ${state} and can no longer be changed.`}
    </Notice>
  );
};

interface PageProps {
  readonly params: Promise<{ readonly ticketId: string }>;
}

const ticketPath = async ({ params }: PageProps): Promise<string> =>
  `/tickets/${encodeURIComponent((await params).ticketId)}`;

const pathOf = async (props: PageProps): Promise<string> => `${await ticketPath(props)}/edit`;

const EditPage = forUser<PageProps>({ title, path: pathOf }, async ({ user, ...props }) => {
  const { ticketId } = await props.params;
  const ticket = await getTicket(await serverApi(), ticketId);
  if (!ticket.ok && ticket.failure.status === 404) return <NotFound />;
  return (
    <div className="shell max-w-2xl py-8 md:py-12">
      <h1 className="text-3xl font-bold">{title}</h1>
      <p className="mt-2 mb-6 text-muted">
        Buyers never pay a price that they have not seen.{' '}
        <PageLink href={await ticketPath(props)} className="link">
          Back to the ticket
        </PageLink>
      </p>
      {ticket.ok ? (
        <Body ticket={ticket.data} userId={user.id} />
      ) : (
        <Unavailable failure={ticket.failure} retry={await pathOf(props)} />
      )}
    </div>
  );
});

export default EditPage;
