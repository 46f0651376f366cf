'use client';
import { useEffect } from 'react';

/** Keeps the screen on while the page is visible, in browsers that can. */
export const StayAwake = () => {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let isShown = true;
    const keep = async () => {
      if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
      const granted = await navigator.wakeLock.request('screen');
      if (isShown) lock = granted;
      else await granted.release();
    };
    // The browser takes the lock away with the page's visibility, and refuses it when the battery is low.
    const keepIfPossible = () => void keep().catch(() => undefined);
    keepIfPossible();
    document.addEventListener('visibilitychange', keepIfPossible);
    return () => {
      isShown = false;
      document.removeEventListener('visibilitychange', keepIfPossible);
      void lock?.release();
    };
  }, []);
  return null;
};
