'use client';
import { useState } from 'react';
import { holdForm } from '../lib/forms/hold-form.ts';
import { keyField } from '../lib/forms/keyed-form.ts';
import { priceLabel } from '../lib/money.ts';
import { ErrorList } from './notice.tsx';
import { SubmitButton } from './submit-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

/**
 * Holds a ticket as it is shown; if its seller has changed it, asks the user to confirm. Once it has another price than at first, the
 * button says it.
 */
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
  const [firstPrice] = useState(price);
  // Newer than what the form was last refused for, if the page has heard of a change since.
  const refused = Number(state.values.expectedVersion ?? -1) >= version ? state.values : undefined;
  const expectedPrice = refused?.expectedPrice ?? String(price);
  return (
    <form {...form} className="grid gap-3">
      <ErrorList messages={state.errors.map(({ message }) => message)} />
      <input {...keyField(state, formKey)} />
      <input type="hidden" name="ticketId" value={ticketId} />
      <input type="hidden" name="expectedPrice" value={expectedPrice} />
      <input type="hidden" name="expectedVersion" value={refused?.expectedVersion ?? String(version)} />
      <SubmitButton pending={pending} pendingText="Holding…">
        {refused?.expectedPrice === undefined && price === firstPrice
          ? 'Hold this ticket'
          : `Hold at ${priceLabel({ price: Number(expectedPrice), currency })}`}
      </SubmitButton>
    </form>
  );
};
