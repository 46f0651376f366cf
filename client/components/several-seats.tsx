import { examplePrice, type Currency } from '@ticketing/common/money';
import type { FormState } from '../lib/forms/form-state.ts';
import { maxSeats, maxSeatsText, seatsField } from '../lib/forms/seats.ts';
import { listedSeatsField, readListedSeats } from '../lib/forms/sell-several.ts';
import { plural } from '../lib/plural.ts';
import { control, Field } from './field.tsx';
import { Notice } from './notice.tsx';

/** The field for several seats, which are listed at once. */
export const SeatsField = ({
  state,
  error,
  currency,
}: {
  readonly state: FormState;
  readonly error: string | undefined;
  readonly currency: Currency;
}) => {
  const value = state.values[seatsField] ?? '';
  const field = {
    name: seatsField,
    error,
    hint: `A seat or a range in each line, such as 12–15. One with a price of its own ends with it: 16 = ${examplePrice(currency)}. At most ${maxSeats} seats.`,
  };
  return (
    <details open={value !== '' || error !== undefined}>
      <summary className="link inline-flex min-h-11 items-center">List several seats at once</summary>
      <Field {...field} label="Seats of this section and row">
        <textarea
          {...control(field)}
          className="input min-h-20"
          rows={3}
          maxLength={maxSeatsText}
          dir="auto"
          defaultValue={value}
        />
      </Field>
    </details>
  );
};

/** Which of several seats are listed, after another one has failed. */
export const ListedSeats = ({ state }: { readonly state: FormState }) => {
  const text = state.values[listedSeatsField] ?? '';
  const listed = readListedSeats(text);
  return (
    <>
      <input type="hidden" name={listedSeatsField} value={text} />
      {listed.length > 0 && (
        <Notice variant="warning">
          <p className="font-semibold">
            {`${plural(listed.length, 'seat')} ${listed.length === 1 ? 'is' : 'are'} listed already, the others not yet.`}
          </p>
          <ul className="flex flex-wrap gap-x-4">
            {listed.map(({ seat, ticketId }) => (
              <li key={ticketId}>
                <a
                  href={`/tickets/${encodeURIComponent(ticketId)}`}
                  className="inline-flex min-h-11 items-center wrap-anywhere underline"
                >
                  <bdi>{`Seat ${seat}`}</bdi>
                </a>
              </li>
            ))}
          </ul>
          <p>List the others by the button below. No seat is listed twice.</p>
        </Notice>
      )}
    </>
  );
};
