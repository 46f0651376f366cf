import { formatMoney, type Currency } from '@ticketing/common/money';
import { useState } from 'react';
import { proceedsLabel } from '../lib/money.ts';
import { TextField } from './field.tsx';

/** The price of a listing, and what its seller gets of it. */
export const PriceField = ({
  name,
  error,
  defaultValue = '',
  currency,
  feePercent,
}: {
  readonly name: string;
  readonly error: string | undefined;
  readonly defaultValue: string | undefined;
  readonly currency: Currency;
  readonly feePercent: number;
}) => {
  const [typed, setTyped] = useState(defaultValue);
  const hint = `For this one ticket, at least ${formatMoney(currency, currency.minimum)}`;
  return (
    <div>
      <TextField
        name={name}
        error={error}
        defaultValue={defaultValue}
        onChange={({ target }) => setTyped(target.value)}
        label={`Price (${currency.code.toUpperCase()})`}
        required
        inputMode={currency.decimals === 0 ? 'numeric' : 'decimal'}
        autoComplete="off"
        hint={hint}
      />
      <output htmlFor={name} className="mt-1.5 block text-sm font-semibold" data-testid="proceeds">
        {proceedsLabel(typed, currency, feePercent)}
      </output>
    </div>
  );
};
