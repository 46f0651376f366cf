'use client';
import { useEffect, useRef, useState } from 'react';
import { formatDateTime } from '../lib/dates.ts';

interface Offline {
  /** Id of the user who is signed in: what is kept of another account is forgotten. */
  readonly owner: string;
  /** Of this page. */
  readonly path: string;
  /** Whether this page is saved, so that it is shown without a connection later, is forgotten, or stays as it was saved. */
  readonly action: 'save' | 'forget' | 'keep';
  /** ISO time after which a saved page is forgotten; for ever without one. */
  readonly until?: string | undefined;
  /** The pages of all tickets, if this one lists them: others are forgotten. */
  readonly tickets?: readonly string[] | undefined;
}

const tellWorker = async ({ until = '', ...offline }: Offline): Promise<void> => {
  await navigator.serviceWorker.register('/wallet-worker.js', { scope: '/wallet' });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin but the site's.
  active?.postMessage({ ...offline, until, loaded });
};

/** Lets the wallet's service worker keep this page, and says if it has shown the page as it was saved. */
export const KeepOffline = ({ owner, path, action, until, tickets }: Offline) => {
  const [savedAt, setSavedAt] = useState<string>();
  const shownAsSaved = useRef<string>(undefined);
  const paths = tickets?.join(' ');
  useEffect(() => {
    // The attribute is of this page, while the element stays for those that the browser shows next.
    const { dataset } = document.documentElement;
    shownAsSaved.current ??= dataset['savedAt'];
    delete dataset['savedAt'];
    setSavedAt(shownAsSaved.current);
    if (shownAsSaved.current !== undefined || !('serviceWorker' in navigator)) return;
    // Without the worker, the page needs a connection, as others do.
    tellWorker({ owner, path, action, until, tickets: paths?.split(' ') }).catch(() => undefined);
  }, [owner, path, action, until, paths]);
  return (
    <p
      role="status"
      className={savedAt === undefined ? 'sr-only' : 'notice notice-warning mb-4'}
      data-offline-for={action === 'save' ? owner : undefined}
    >
      {savedAt === undefined ? '' : `Saved on ${formatDateTime(savedAt)}; shown without a connection.`}
    </p>
  );
};
