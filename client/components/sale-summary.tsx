import type { Sale } from '../lib/api/schemas.ts';
import { priceLabel } from '../lib/money.ts';
import { saleBadge, saleLines } from '../lib/sale-labels.ts';

/** What becomes of the money of a sale, as the list of sales shows it. */
export const SaleSummary = ({ sale }: { readonly sale: Sale }) => (
  <div className="text-muted" data-testid="sale">
    <p className="font-semibold">{saleBadge(sale).label}</p>
    {saleLines(sale).map((line) => (
      <p key={line}>{line}</p>
    ))}
    <p>{`Proceeds ${priceLabel({ price: sale.proceeds, currency: sale.currency })}`}</p>
  </div>
);
