'use client';
import { useLinkStatus } from 'next/link';

/** A bar along the top of the page while the page that its link leads to is on the way. */
export const LinkPending = () => (useLinkStatus().pending ? <span className="going" aria-hidden="true" /> : null);
