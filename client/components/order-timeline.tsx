import type { Order } from '../lib/api/schemas.ts';
import { formatDateTime } from '../lib/dates.ts';
import { orderTimeline } from '../lib/order-timeline.ts';

/** What has happened to an order and when, as a clock at the venue shows it. */
export const OrderTimeline = ({ order }: { readonly order: Order }) => {
  const entries = orderTimeline(order);
  if (entries.length === 0) return null;
  return (
    <section className="mt-6 border-t border-line pt-4" aria-labelledby="order-timeline">
      <h2 id="order-timeline" className="text-lg font-semibold">
        What has happened
      </h2>
      <ol className="mt-3 grid gap-3" data-testid="order-timeline">
        {entries.map(({ label, at }) => (
          <li key={`${label} ${at}`} className="timeline-entry">
            <p className="font-medium">{label}</p>
            <p className="text-sm text-muted">
              <time dateTime={at}>{formatDateTime(at, order.ticket.timeZone)}</time>
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
};
