import type { Charge } from '../lib/api/schemas.ts';
import { isPaid } from '../lib/receipt.ts';
import { PageLink } from './page-link.tsx';

/** Leads to the receipt, if something was paid. */
export const ReceiptLink = ({ charge }: { readonly charge: Charge | undefined }) =>
  isPaid(charge) && (
    <p className="mt-4">
      <PageLink href={`/orders/${charge.orderId}/receipt`} className="link">
        Receipt
      </PageLink>
    </p>
  );
