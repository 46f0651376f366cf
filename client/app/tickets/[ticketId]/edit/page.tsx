import { mapListingDetails } from '@ticketing/common/events';
import { currencyOf } from '@ticketing/common/money';
import type { Metadata } from 'next';
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
import { requireUser } from '../../../../lib/server/require-user.ts';
import { runtimeConfig } from '../../../../lib/server/runtime.ts';
import { ticketState } from '../../../../lib/ticket-labels.ts';
import { postEdit } from '../../../form-actions.ts';

export const metadata: Metadata = { title: 'Edit ticket' };

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

const EditPage = async ({ params }: { readonly params: Promise<{ readonly ticketId: string }> }) => {
  const { ticketId } = await params;
  const path = `/tickets/${encodeURIComponent(ticketId)}`;
  const user = await requireUser(`${path}/edit`);
  const ticket = await getTicket(await serverApi(), ticketId);
  if (!ticket.ok && ticket.failure.status === 404) return <NotFound />;
  return (
    <div className="shell max-w-2xl py-8 md:py-12">
      <h1 className="text-3xl font-bold">Edit ticket</h1>
      <p className="mt-2 mb-6 text-muted">
        Buyers never pay a price that they have not seen.{' '}
        <PageLink href={path} className="link">
          Back to the ticket
        </PageLink>
      </p>
      {ticket.ok ? (
        <Body ticket={ticket.data} userId={user.id} />
      ) : (
        <Unavailable failure={ticket.failure} retry={`${path}/edit`} />
      )}
    </div>
  );
};

export default EditPage;
