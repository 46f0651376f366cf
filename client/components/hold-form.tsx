'use client';
import { holdForm } from '../lib/forms/hold-form.ts';
import { keyField } from '../lib/forms/keyed-form.ts';
import { priceLabel } from '../lib/money.ts';
import { ErrorList } from './notice.tsx';
import { SubmitButton } from './submit-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

/** Holds a ticket as it is shown; if its seller has changed it, asks the user to confirm. */
export const HoldForm = ({
  post,
  ticketId,
  price,
  currency,
  version,
  formKey,
}: {
  readonly post: PostForm;
  readonly ticketId: string;
  readonly price: number;
  readonly currency: string;
  readonly version: number;
  readonly formKey: string;
}) => {
  const { state, pending, form } = useForm(holdForm, post);
  const newPrice = state.values.expectedPrice;
  return (
    <form {...form} className="grid gap-3">
      <ErrorList messages={state.errors.map(({ message }) => message)} />
      <input {...keyField(state, formKey)} />
      <input type="hidden" name="ticketId" value={ticketId} />
      <input type="hidden" name="expectedPrice" value={newPrice ?? String(price)} />
      <input type="hidden" name="expectedVersion" value={state.values.expectedVersion ?? String(version)} />
      <SubmitButton pending={pending} pendingText="Holding…">
        {newPrice === undefined ? 'Hold this ticket' : `Hold at ${priceLabel({ price: Number(newPrice), currency })}`}
      </SubmitButton>
    </form>
  );
};
