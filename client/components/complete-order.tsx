import type { Charge, Order } from '../lib/api/schemas.ts';
import { moneyNews } from '../lib/money-outcome.ts';
import { BoughtTicket } from './bought-ticket.tsx';
import { Icon } from './icon.tsx';
import { Notice } from './notice.tsx';
import { PageLink } from './page-link.tsx';
import { ReportProblem } from './report-problem.tsx';
import type { PostForm } from './use-form.ts';

/** A ticket that was bought: what was paid, what has become of the money, and a form for problems. */
export const CompleteOrder = ({
  order,
  charge,
  price,
  postProblem,
  onReported,
}: {
  readonly order: Order;
  readonly charge: Charge | undefined;
  readonly price: string;
  readonly postProblem: PostForm;
  readonly onReported: () => void;
}) => {
  const news = moneyNews(charge);
  return (
    <div>
      <div className="flex items-center gap-3 text-pine">
        <Icon name="check" className="icon size-8" />
        <h2 className="text-2xl font-bold text-ink">The ticket is yours</h2>
      </div>
      <div className="mt-5">
        <BoughtTicket order={order} />
      </div>
      <dl className="facts mt-5 sm:grid-cols-2">
        <div>
          <dt>Paid</dt>
          <dd className="tabular-nums">{price}</dd>
        </div>
        <div>
          <dt>Order</dt>
          <dd>{order.id}</dd>
        </div>
        {charge?.stripeId !== undefined && (
          <div className="sm:col-span-2">
            <dt>Payment reference</dt>
            <dd>{charge.stripeId}</dd>
          </div>
        )}
      </dl>
      {news.length > 0 && (
        <div className="mt-5" data-testid="money-news">
          <Notice variant="warning">
            {news.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </Notice>
        </div>
      )}
      <div className="mt-6 flex flex-wrap gap-3">
        {order.ticket.startsAt !== undefined && (
          <a href={`/orders/${order.id}/event.ics`} download className="button button-quiet">
            Add to my calendar
          </a>
        )}
        <PageLink href="/orders" className="button button-quiet">
          All my orders
        </PageLink>
        <PageLink href="/" className="button button-quiet">
          Browse tickets
        </PageLink>
      </div>
      <ReportProblem post={postProblem} order={order} onDone={onReported} />
    </div>
  );
};
