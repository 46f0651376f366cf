'use client';
import { useLinkStatus } from 'next/link';

/** A progress bar at the top of the page while the page that its link leads to is loading. */
export const LinkPending = () =>
  useLinkStatus().pending ? <span className="progress-bar" aria-hidden="true" /> : null;
