'use client';
import { useFormStatus } from 'react-dom';

/** The submit button of a form that only a Server Action processes. */
export const ResendButton = () => {
  const { pending } = useFormStatus();
  return (
    <button type="submit" className="link min-h-11 disabled:no-underline" disabled={pending}>
      {pending ? 'Sending…' : 'Send again'}
    </button>
  );
};
