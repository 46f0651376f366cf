import type { ReactNode } from 'react';

/**
 * A form's submit button; while the form is being sent, it shows `pendingText`, and the form ignores it. A button with the
 * attribute `disabled` would lose the focus, and who uses a keyboard their place.
 */
export const SubmitButton = ({
  pending,
  pendingText,
  variant = 'main',
  disabled = false,
  children,
  ...sent
}: {
  readonly pending: boolean;
  readonly pendingText: string;
  readonly variant?: 'main' | 'quiet' | 'danger';
  readonly disabled?: boolean;
  readonly children: ReactNode;
  /** Sent when this button submits the form, not another one of it. */
  readonly name?: string;
  readonly value?: string;
}) => (
  <button
    {...sent}
    type="submit"
    className={`button button-wide button-${variant}`}
    disabled={disabled}
    aria-disabled={pending}
  >
    {pending ? (
      <>
        <span className="spinner" aria-hidden="true" />
        <span>{pendingText}</span>
      </>
    ) : (
      <span>{children}</span>
    )}
  </button>
);
