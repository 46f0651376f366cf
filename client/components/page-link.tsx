import Link from 'next/link';
import type { ComponentProps } from 'react';
import { LinkPending } from './link-pending.tsx';

/** A link to a page of this site. Nothing is fetched before it is followed: every page here is made for its reader. */
export const PageLink = ({ children, ...props }: Omit<ComponentProps<typeof Link>, 'prefetch'>) => (
  <Link {...props} prefetch={false}>
    {children}
    <LinkPending />
  </Link>
);
