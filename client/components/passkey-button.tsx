'use client';
import { useId, useSyncExternalStore, type ReactNode } from 'react';
import { supportsPasskeys } from '../lib/passkeys.ts';

const never = () => () => undefined;

/**
 * Submits a form that opens the browser's dialog for passkeys. Disabled where there is none, and says why. It keeps the focus
 * while the dialog is open, so that the user is back at it afterwards.
 */
export const PasskeyButton = ({
  pending,
  pendingText,
  variant = 'quiet',
  children,
}: {
  readonly pending: boolean;
  readonly pendingText: string;
  readonly variant?: 'main' | 'quiet';
  readonly children: ReactNode;
}) => {
  const hint = useId();
  // Undefined until JavaScript has loaded.
  const isSupported = useSyncExternalStore<boolean | undefined>(never, supportsPasskeys, () => undefined);
  return (
    <>
      <button
        type="submit"
        className={`button button-wide button-${variant}`}
        disabled={isSupported !== true}
        aria-disabled={pending}
        aria-describedby={isSupported === false ? hint : undefined}
      >
        {pending ? pendingText : children}
      </button>
      {isSupported === false && (
        <p className="hint" id={hint}>
          This browser does not support passkeys.
        </p>
      )}
      <noscript>
        <p className="hint">Passkeys need JavaScript.</p>
      </noscript>
    </>
  );
};
