'use client';
import { holdForm } from '../lib/forms/hold-form.ts';
import { formatPrice } from '../lib/money.ts';
import { ErrorList } from './notice.tsx';
import { SubmitButton } from './submit-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

/** Holds a ticket at the price shown; if the price has changed, asks the user to confirm the new one. */
export const HoldForm = ({
  post,
  ticketId,
  price,
}: {
  readonly post: PostForm;
  readonly ticketId: string;
  readonly price: number;
}) => {
  const { state, pending, form } = useForm(holdForm, post);
  const newPrice = state.values.expectedPrice;
  return (
    <form {...form} className="grid gap-3">
      <ErrorList messages={state.errors.map(({ message }) => message)} />
      <input type="hidden" name="ticketId" value={ticketId} />
      <input type="hidden" name="expectedPrice" value={newPrice ?? String(price)} />
      <SubmitButton pending={pending} pendingText="Holding…">
        {newPrice === undefined ? 'Hold this ticket' : `Hold at ${formatPrice(Number(newPrice))}`}
      </SubmitButton>
    </form>
  );
};
