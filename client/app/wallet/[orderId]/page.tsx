import type { Metadata } from 'next';
import { BoughtTicket } from '../../../components/bought-ticket.tsx';
import { CodePicture } from '../../../components/code-picture.tsx';
import { forUser } from '../../../components/for-user.tsx';
import { KeepOffline } from '../../../components/keep-offline.tsx';
import { NotFound } from '../../../components/not-found.tsx';
import { Notice } from '../../../components/notice.tsx';
import { OrderTimeline } from '../../../components/order-timeline.tsx';
import { PageLink } from '../../../components/page-link.tsx';
import { ReportedProblem } from '../../../components/reported-problem.tsx';
import { StayAwake } from '../../../components/stay-awake.tsx';
import { TicketLinks } from '../../../components/ticket-links.tsx';
import { Unavailable, UnavailablePage } from '../../../components/unavailable.tsx';
import { getCharge, getCodes, getOrder } from '../../../lib/api/marketplace.ts';
import type { Charge, FileCodes, Order } from '../../../lib/api/schemas.ts';
import { formatDateTime } from '../../../lib/dates.ts';
import { moneyNews, moneyOutcome } from '../../../lib/money-outcome.ts';
import { cancelLabels, wasUndone } from '../../../lib/order-labels.ts';
import { plural } from '../../../lib/plural.ts';
import { serverApi } from '../../../lib/server/api.ts';
import { placeLabel, seatLabel } from '../../../lib/ticket-labels.ts';
import { keptUntil, walletPath } from '../../../lib/wallet.ts';

const title = 'Ticket';

export const metadata: Metadata = { title };

/** What somebody at the entrance reads. */
const Head = ({ ticket }: Pick<Order, 'ticket'>) => {
  const place = placeLabel(ticket);
  const seat = seatLabel(ticket);
  return (
    <>
      <h1 className="text-2xl font-bold wrap-anywhere" dir="auto">
        {ticket.title}
      </h1>
      {ticket.startsAt !== undefined && (
        <p className="mt-1">
          <time dateTime={ticket.startsAt}>{formatDateTime(ticket.startsAt, ticket.timeZone)}</time>
        </p>
      )}
      {place !== undefined && (
        <p className="wrap-anywhere" dir="auto">
          {place}
        </p>
      )}
      {seat !== undefined && (
        <p className="mt-2 text-xl font-semibold wrap-anywhere" data-testid="seat" dir="auto">
          {seat}
        </p>
      )}
    </>
  );
};

const Codes = ({ total, codes }: FileCodes) =>
  codes.map((code, index) => (
    <figure key={code.modules} className="mt-5" data-testid="code">
      <CodePicture code={code} />
      <figcaption className="mt-2 text-center">
        {/* Which of them could not be drawn is not known. */}
        {total > 1 && codes.length === total && (
          <span className="block font-semibold">{`${index + 1} of ${total}`}</span>
        )}
        {code.text !== undefined && <span className="block font-mono wrap-anywhere">{code.text}</span>}
      </figcaption>
    </figure>
  ));

const Undrawn = ({ total, codes }: FileCodes) => {
  const missing = total - codes.length;
  if (total > 0 && missing === 0) return null;
  return (
    <div className="mt-5">
      <Notice variant="warning">
        {total === 0
          ? 'This ticket has no code that we can show. Show its file at the entrance: download it now.'
          : `${plural(missing, 'code')} of this ticket can’t be shown here. Show its file at the entrance: download it now.`}
      </Notice>
    </div>
  );
};

const Ended = ({ order, charge }: { readonly order: Order; readonly charge: Charge | undefined }) => {
  const { title, text } = cancelLabels(order.reason);
  return (
    <div className="mt-6">
      <Notice variant="warning">
        <p className="font-semibold">{title}</p>
        <p>{text}</p>
        <p data-testid="money-outcome">{moneyOutcome(charge, wasUndone(order))}</p>
      </Notice>
    </div>
  );
};

interface PageProps {
  readonly params: Promise<{ readonly orderId: string }>;
}

const pathOf = async ({ params }: PageProps): Promise<string> => walletPath((await params).orderId);

const WalletTicketPage = forUser<PageProps>({ title, path: pathOf }, async ({ user, params }) => {
  const { orderId } = await params;
  const path = walletPath(orderId);
  const api = await serverApi();
  const result = await getOrder(api, orderId);
  if (!result.ok) {
    if (result.failure.status === 404) return <NotFound />;
    if (result.failure.status !== 401) return <UnavailablePage title={title} failure={result.failure} retry={path} />;
    return (
      <div className="shell max-w-2xl py-10">
        <h1 className="mb-6 text-3xl font-bold">{title}</h1>
        <KeepOffline owner={user.id} path={path} action="forget" />
        <Notice variant="error">This ticket belongs to another account. Sign in as its buyer to see it.</Notice>
      </div>
    );
  }
  const order = result.data;
  const isDelivered = order.status === 'complete' && order.delivery?.status === 'delivered';
  const [codes, chargeResult] = await Promise.all([
    isDelivered ? getCodes(api, order.ticket.id) : undefined,
    getCharge(api, orderId),
  ]);
  const charge = chargeResult.ok ? chargeResult.data : undefined;
  const until = keptUntil(order);
  return (
    <div className="shell max-w-2xl py-4 md:py-8">
      <p className="mb-2 text-[0.9375rem]">
        <a href="/wallet" className="link inline-flex min-h-11 items-center">
          My tickets
        </a>
      </p>
      <KeepOffline
        owner={user.id}
        path={path}
        action={codes === undefined ? 'forget' : codes.ok ? 'save' : 'keep'}
        until={until === undefined ? undefined : new Date(until).toISOString()}
      />
      <div className="gate">
        <Head ticket={order.ticket} />
        {codes?.ok === true && (
          <>
            <StayAwake />
            <Codes {...codes.data} />
          </>
        )}
      </div>
      {codes?.ok === true && <Undrawn {...codes.data} />}
      {order.status === 'cancelled' && <Ended order={order} charge={charge} />}
      {(order.status === 'created' || order.status === 'awaiting:payment') && (
        <p className="mt-6">
          This ticket is not paid yet.{' '}
          <PageLink href={`/orders/${order.id}`} className="link">
            Go to the payment
          </PageLink>
        </p>
      )}
      {moneyNews(charge).length > 0 && order.status === 'complete' && (
        <div className="mt-6" data-testid="money-news">
          <Notice variant="warning">
            {moneyNews(charge).map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </Notice>
        </div>
      )}
      {codes?.ok === false && (
        <div className="mt-6">
          <Unavailable failure={codes.failure} retry={path} />
        </div>
      )}
      {order.status === 'complete' && !isDelivered && (
        <div className="mt-6">
          <BoughtTicket order={order} />
        </div>
      )}
      {order.problemAt !== undefined && (
        <div className="mt-6">
          <ReportedProblem />
        </div>
      )}
      <TicketLinks order={order} charge={charge} />
      <OrderTimeline order={order} />
    </div>
  );
});

export default WalletTicketPage;
