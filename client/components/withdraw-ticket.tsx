'use client';
import { withdrawForm } from '../lib/forms/withdraw-form.ts';
import { ErrorList } from './notice.tsx';
import { SubmitButton } from './submit-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

/** Withdraws the user's own ticket after they have confirmed; also before JavaScript has loaded. */
export const WithdrawTicket = ({ post, ticketId }: { readonly post: PostForm; readonly ticketId: string }) => {
  const { state, pending, form } = useForm(withdrawForm, post);
  return (
    <details>
      <summary className="link inline-block py-2">Withdraw</summary>
      <form {...form} className="mt-2 grid gap-3 rounded-lg border border-line p-4">
        <p className="text-sm text-muted">
          The ticket goes off sale for good. To sell it later, you have to list it again.
        </p>
        <ErrorList messages={state.errors.map(({ message }) => message)} />
        <input type="hidden" name="ticketId" value={ticketId} />
        <SubmitButton pending={pending} pendingText="Withdrawing…" variant="danger">
          Yes, withdraw this ticket
        </SubmitButton>
      </form>
    </details>
  );
};
