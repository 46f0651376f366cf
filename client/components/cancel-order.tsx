'use client';
import { cancelForm } from '../lib/forms/cancel-form.ts';
import { ErrorList } from './notice.tsx';
import { SubmitButton } from './submit-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

/** Releases a held ticket after the user has confirmed. */
export const CancelOrder = ({
  post,
  orderId,
  onDone,
}: {
  readonly post: PostForm;
  readonly orderId: string;
  readonly onDone: () => void;
}) => {
  const { state, pending, form } = useForm(cancelForm, post, onDone);
  return (
    <details className="group">
      <summary className="link inline-block py-2">Cancel order</summary>
      <form {...form} className="mt-2 grid gap-3 rounded-lg border border-line p-4">
        <p className="text-sm text-muted">The ticket goes back on sale immediately.</p>
        <ErrorList messages={state.errors.map(({ message }) => message)} />
        <input type="hidden" name="orderId" value={orderId} />
        <SubmitButton pending={pending} pendingText="Releasing…" variant="danger">
          Yes, release the ticket
        </SubmitButton>
      </form>
    </details>
  );
};
