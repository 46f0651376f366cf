import type { ReactNode } from 'react';

/** The button that sends a form; while that is under way it can't be pressed again and says what is going on. */
export const SubmitButton = ({
  pending,
  pendingText,
  look = 'button-main',
  disabled = false,
  children,
}: {
  readonly pending: boolean;
  readonly pendingText: string;
  readonly look?: string;
  readonly disabled?: boolean;
  readonly children: ReactNode;
}) => (
  <button type="submit" className={`button button-wide ${look}`} disabled={pending || disabled}>
    {pending ? (
      <>
        <span className="spinner" aria-hidden="true" />
        {pendingText}
      </>
    ) : (
      children
    )}
  </button>
);
