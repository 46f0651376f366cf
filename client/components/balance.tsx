import type { Balance as BalanceData, Sale } from '../lib/api/schemas.ts';
import { priceLabel } from '../lib/money.ts';
import { plural } from '../lib/plural.ts';
import { earnedOf, nextPayout, type PayoutState } from '../lib/sale-labels.ts';

/** A seller's money by what has become of it, and what is paid out next. `disputed`: how many sales are. */
export const Balance = ({
  balance,
  payouts,
  disputed,
}: {
  readonly balance: BalanceData;
  readonly payouts: PayoutState;
  readonly disputed: number;
}) => {
  const { currency, held, available, paidOut } = balance;
  const label = (price: Sale['price']): string => priceLabel({ price, currency });
  const amounts = [
    { name: 'Earned', amount: earnedOf(balance), testId: 'balance-earned' },
    { name: 'Held back', amount: held, testId: 'balance-held' },
    { name: 'Available', amount: available, testId: 'balance-available' },
    { name: 'Paid out', amount: paidOut, testId: 'balance-paid-out' },
  ];
  const notes = [
    ...(held > 0 ? ['What you earn is held back until the event is over and the ticket is delivered.'] : []),
    ...(disputed > 0 ? [`${plural(disputed, 'sale')} in dispute: held back until that is settled.`] : []),
    ...(available < 0
      ? ['You owe what was returned to buyers after you had been paid; later sales make up for it.']
      : []),
  ];
  return (
    <section className="panel px-4 py-4 sm:px-5" aria-labelledby="balance">
      <h2 id="balance" className="text-xl font-semibold">
        Balance
      </h2>
      <dl className="mt-3 grid gap-x-6 gap-y-2 sm:grid-cols-4">
        {amounts.map(({ name, amount, testId }) => (
          <div key={testId} className="flex items-baseline justify-between gap-3 sm:block">
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="text-lg font-semibold wrap-anywhere tabular-nums" data-testid={testId}>
              {label(amount)}
            </dd>
          </div>
        ))}
        <div className="border-t border-line pt-2 sm:col-span-4">
          <dt className="text-sm text-muted">Next payout</dt>
          <dd className="font-semibold" data-testid="next-payout">
            {nextPayout(balance, payouts)}
          </dd>
        </div>
      </dl>
      {notes.map((note) => (
        <p key={note} className="mt-3 text-sm text-muted">
          {note}
        </p>
      ))}
    </section>
  );
};
