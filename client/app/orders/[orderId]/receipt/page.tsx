import type { Metadata } from 'next';
import { forUser } from '../../../../components/for-user.tsx';
import { NotFound } from '../../../../components/not-found.tsx';
import { Notice } from '../../../../components/notice.tsx';
import { PageLink } from '../../../../components/page-link.tsx';
import { UnavailablePage } from '../../../../components/unavailable.tsx';
import { getCharge, getOrder, getTicket } from '../../../../lib/api/marketplace.ts';
import { isPaid, receiptRows } from '../../../../lib/receipt.ts';
import { serverApi } from '../../../../lib/server/api.ts';

const title = 'Receipt';

export const metadata: Metadata = { title };

interface PageProps {
  readonly params: Promise<{ readonly orderId: string }>;
}

const orderPath = async ({ params }: PageProps): Promise<string> =>
  `/orders/${encodeURIComponent((await params).orderId)}`;

const pathOf = async (props: PageProps): Promise<string> => `${await orderPath(props)}/receipt`;

/** The receipt as a page for print; the PDF has the same content. */
const ReceiptPage = forUser<PageProps>({ title, path: pathOf }, async (props) => {
  const { orderId } = await props.params;
  const api = await serverApi();
  const [order, charge] = await Promise.all([getOrder(api, orderId), getCharge(api, orderId)]);
  const failure = order.ok ? (charge.ok ? undefined : charge.failure) : order.failure;
  if (!order.ok || !charge.ok || !isPaid(charge.data)) {
    if (failure === undefined || failure.status === 404) return <NotFound />;
    if (failure.status !== 401) return <UnavailablePage title={title} failure={failure} retry={await pathOf(props)} />;
    return (
      <div className="shell max-w-2xl py-10">
        <h1 className="mb-6 text-3xl font-bold">{title}</h1>
        <Notice variant="error">This order belongs to another account. Sign in as its buyer to see its receipt.</Notice>
      </div>
    );
  }
  // The seller of a ticket never changes, unlike its details.
  const ticket = await getTicket(api, order.data.ticket.id);
  const rows = receiptRows(order.data, charge.data, ticket.ok ? ticket.data.userId : undefined);
  return (
    <div className="shell max-w-2xl py-6 md:py-10">
      <p className="no-print mb-6 flex flex-wrap gap-x-5 gap-y-2 text-[0.9375rem]">
        <PageLink href={await orderPath(props)} className="link">
          Order
        </PageLink>
        <a href={`/api/payments/${encodeURIComponent(orderId)}/receipt`} className="link" download>
          Receipt as PDF
        </a>
      </p>
      <h1 className="text-2xl font-bold">{title}</h1>
      <p className="text-muted">Foyer</p>
      <dl className="mt-6 divide-y divide-line border-y border-line">
        {rows.map(([name, value]) => (
          <div key={name} className="grid gap-x-4 py-2.5 sm:grid-cols-[10rem_1fr]">
            <dt className="text-muted">{name}</dt>
            <dd className="wrap-anywhere" dir="auto">
              {value}
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-5 text-sm text-muted">
        Paid by card. The ticket is sold by a participant of the marketplace, not by the marketplace itself. This
        receipt shows no VAT.
      </p>
    </div>
  );
});

export default ReceiptPage;
