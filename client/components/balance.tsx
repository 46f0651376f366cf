import type { Balance as BalanceData } from '../lib/api/schemas.ts';
import { formatDateTime } from '../lib/dates.ts';
import { priceLabel } from '../lib/money.ts';

/** A seller's money by what has become of it. */
export const Balance = ({ balance }: { readonly balance: BalanceData }) => {
  const { currency, held, available, paidOut, nextRelease } = balance;
  const label = (price: number): string => priceLabel({ price, currency });
  const amounts = [
    { name: 'Held', amount: held, testId: 'balance-held' },
    { name: 'Available', amount: available, testId: 'balance-available' },
    { name: 'Paid out', amount: paidOut, testId: 'balance-paid-out' },
  ];
  return (
    <section className="panel px-4 py-4 sm:px-5" aria-labelledby="balance">
      <h2 id="balance" className="text-xl font-semibold">
        Balance
      </h2>
      <dl className="mt-3 grid gap-x-6 gap-y-2 sm:grid-cols-3">
        {amounts.map(({ name, amount, testId }) => (
          <div key={testId} className="flex items-baseline justify-between gap-3 sm:block">
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="text-lg font-semibold tabular-nums" data-testid={testId}>
              {label(amount)}
            </dd>
          </div>
        ))}
      </dl>
      {available < 0 && (
        <p className="mt-3 text-sm text-muted">
          You owe what was returned to buyers after you had been paid; later sales make up for it.
        </p>
      )}
      {nextRelease !== undefined && (
        <p className="mt-3 text-sm text-muted">
          Next, {label(nextRelease.amount)} becomes available on {formatDateTime(nextRelease.at)}.
        </p>
      )}
    </section>
  );
};
