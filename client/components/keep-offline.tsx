'use client';
import { useEffect, useState } from 'react';
import { formatDateTime } from '../lib/dates.ts';

interface Kept {
  /** Of this page. */
  readonly path: string;
  /** Whether this page is shown without a connection later, or is to be forgotten. */
  readonly save: boolean;
  /** The pages of all tickets, if this one lists them: others are forgotten. */
  readonly tickets?: readonly string[];
}

const tellWorker = async ({ path, save, tickets }: Kept): Promise<void> => {
  await navigator.serviceWorker.register('/wallet-worker.js', { scope: '/wallet' });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin but the site's.
  active?.postMessage({ path, save, loaded, tickets });
};

/** Lets the wallet's service worker keep this page, and says if it has shown the page as it was kept. */
export const KeepOffline = ({ path, save, tickets }: Kept) => {
  const [savedAt, setSavedAt] = useState<string>();
  const paths = tickets?.join(' ');
  useEffect(() => {
    const at = document.documentElement.dataset['savedAt'];
    setSavedAt(at);
    if (at !== undefined || !('serviceWorker' in navigator)) return;
    // Without the worker, the page needs a connection, as others do.
    tellWorker({ path, save, ...(paths === undefined ? {} : { tickets: paths.split(' ') }) }).catch(() => undefined);
  }, [path, save, paths]);
  return (
    <p role="status" className={savedAt === undefined ? 'sr-only' : 'notice notice-warning mb-4'}>
      {savedAt === undefined ? '' : `Saved on ${formatDateTime(savedAt)}; shown without a connection.`}
    </p>
  );
};
