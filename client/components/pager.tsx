import type { Paging } from '../lib/paging.ts';
import { Icon } from './icon.tsx';
import { PageLink } from './page-link.tsx';

/** Links to the previous and next page of a list; renders nothing if there is only one page. */
export const Pager = ({ paging, href }: { readonly paging: Paging; readonly href: (page: number) => string }) =>
  paging.page === 1 && !paging.hasNext ? null : (
    <nav className="mt-8 flex items-center justify-between gap-4" aria-label="Pages">
      {paging.page > 1 ? (
        <PageLink href={href(paging.page - 1)} className="button button-quiet" rel="prev">
          <Icon name="arrow-left" />
          Previous
        </PageLink>
      ) : (
        <span />
      )}
      <p className="text-sm text-muted">{`Page ${paging.page}`}</p>
      {paging.hasNext ? (
        <PageLink href={href(paging.page + 1)} className="button button-quiet" rel="next">
          Next
          <Icon name="arrow-right" />
        </PageLink>
      ) : (
        <span />
      )}
    </nav>
  );
