import Link from 'next/link';
import type { ComponentProps } from 'react';
import { LinkPending } from './link-pending.tsx';

/** A link to a page of this site. Without prefetching: pages are rendered per user, so each prefetch would cost a whole page. */
export const PageLink = ({ children, ...props }: Omit<ComponentProps<typeof Link>, 'prefetch'>) => (
  <Link {...props} prefetch={false}>
    {/* For text that changes. Without a box, so that the layout is that of the link. */}
    <span className="contents">{children}</span>
    <LinkPending />
  </Link>
);
