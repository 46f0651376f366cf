import type { Result } from '../lib/api/api.ts';
import type { SalesSummary, TicketSummary } from '../lib/api/summaries.ts';
import { priceLabel } from '../lib/money.ts';

interface Tile {
  readonly name: string;
  readonly count: number;
  readonly amount: string;
  readonly testId: string;
}

const ofTickets = ({ currency, onSale, held, toDeliver }: TicketSummary): Tile[] =>
  [
    { name: 'On sale', sum: onSale, testId: 'count-on-sale' },
    { name: 'On hold', sum: held, testId: 'count-held' },
    { name: 'To deliver', sum: toDeliver, testId: 'count-to-deliver' },
  ].map(({ sum, ...tile }) => ({ ...tile, count: sum.count, amount: priceLabel({ price: sum.total, currency }) }));

const ofSales = ({ currency, sales, proceeds }: SalesSummary): Tile => ({
  name: 'Sold',
  count: sales,
  amount: `${priceLabel({ price: proceeds, currency })} earned`,
  testId: 'count-sold',
});

/** How many tickets a seller has in each state, and what they are worth. What could not be read is left out. */
export const SellerNumbers = ({
  tickets,
  sales,
}: {
  readonly tickets: Result<TicketSummary>;
  readonly sales: Result<SalesSummary>;
}) => {
  const tiles = [...(tickets.ok ? ofTickets(tickets.data) : []), ...(sales.ok ? [ofSales(sales.data)] : [])];
  if (tiles.length === 0) return null;
  return (
    <section className="panel px-4 py-4 sm:px-5" aria-labelledby="numbers">
      <h2 id="numbers" className="text-xl font-semibold">
        Your tickets
      </h2>
      <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-4">
        {tiles.map(({ name, count, amount, testId }) => (
          <div key={testId} data-testid={testId}>
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="text-2xl font-semibold tabular-nums">{count.toLocaleString('en-US')}</dd>
            <dd className="text-sm wrap-anywhere tabular-nums">{amount}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
};
