'use client';
import { useFormStatus } from 'react-dom';

/** The submit button of a form that only a Server Action processes. The attribute `disabled` would take the focus from it. */
export const ResendButton = () => {
  const { pending } = useFormStatus();
  return (
    <button
      type="submit"
      className="link min-h-11 aria-disabled:no-underline"
      aria-disabled={pending}
      onClick={(event) => {
        if (pending) event.preventDefault();
      }}
    >
      {pending ? 'Sending…' : 'Send again'}
    </button>
  );
};
