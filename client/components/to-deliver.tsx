import type { TicketSummary } from '../lib/api/summaries.ts';
import { dueLine, sellerBadge } from '../lib/delivery-labels.ts';
import { priceLabel } from '../lib/money.ts';
import { seatLabel } from '../lib/ticket-labels.ts';
import { ListRow } from './list-page.tsx';

/** What a seller has to deliver, with the earliest deadline first; renders nothing if that is nothing. */
export const ToDeliver = ({ count, first }: TicketSummary['toDeliver']) =>
  count === 0 ? null : (
    <section aria-labelledby="to-deliver">
      <h2 id="to-deliver" className="text-xl font-semibold">
        To deliver
      </h2>
      {count > first.length && (
        <p className="mt-1 text-sm text-muted">
          {`The ${first.length} that are due first, of ${count.toLocaleString('en-US')}.`}
        </p>
      )}
      <ul className="mt-3 grid gap-3">
        {first.map((ticket) => (
          <li key={ticket.id}>
            <ListRow
              href={`/tickets/${ticket.id}#ticket-file`}
              title={ticket.title}
              facts={[seatLabel(ticket) ?? []].flat()}
              badge={sellerBadge(ticket)}
              price={priceLabel(ticket)}
              testId="to-deliver"
              todo={dueLine(ticket)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
