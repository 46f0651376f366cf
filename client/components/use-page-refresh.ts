'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { nextRefresh } from '../lib/refresh-pace.ts';

const busyRetryMs = 500;

/** A form is being sent, or a file has been chosen: rendering the page again could remove the form. */
const isBusy = (): boolean =>
  document.querySelector('form[aria-busy="true"]') !== null ||
  Array.from(document.querySelectorAll('input')).some(({ files }) => (files?.length ?? 0) > 0);

/** Has the server render the page again while what it rendered last is not `newest`. What was typed into forms stays. */
export const usePageRefresh = (rendered: string, newest: string): void => {
  const router = useRouter();
  const pace = useRef({ lastAt: Number.NEGATIVE_INFINITY, gapMs: 0 });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (newest === rendered) return;
    const now = performance.now();
    const next = isBusy() ? { ...pace.current, lastAt: now + busyRetryMs } : nextRefresh(pace.current, now);
    const timer = setTimeout(() => {
      if (!isBusy()) {
        pace.current = next;
        router.refresh();
      }
      setTries((number) => number + 1);
    }, next.lastAt - now);
    return () => clearTimeout(timer);
  }, [rendered, newest, tries]);
};
