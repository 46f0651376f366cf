import type { ReactNode } from 'react';
import { Badge, type BadgeProps } from './badge.tsx';
import { PageLink } from './page-link.tsx';

/** A page with a list of the user's own orders or tickets. */
export const ListPage = ({
  title,
  action,
  children,
}: {
  readonly title: string;
  readonly action?: { readonly href: string; readonly label: string };
  readonly children: ReactNode;
}) => (
  <div className="shell max-w-4xl py-8 md:py-12">
    <div className="flex flex-wrap items-center justify-between gap-3">
      <h1 className="text-3xl font-bold">{title}</h1>
      {action !== undefined && (
        <PageLink href={action.href} className="button button-main">
          {action.label}
        </PageLink>
      )}
    </div>
    <div className="mt-6">{children}</div>
  </div>
);

/** Shown instead of an empty list. */
export const Empty = ({
  text,
  href,
  label,
}: {
  readonly text: string;
  readonly href: string;
  readonly label: string;
}) => (
  <div className="panel grid justify-items-start gap-3 p-6" data-testid="empty">
    <p className="text-muted">{text}</p>
    <PageLink href={href} className="button button-quiet">
      {label}
    </PageLink>
  </div>
);

/** Shown instead of a page beyond the end of a list; `href` leads to its first page. */
export const BeyondEnd = ({ page, href }: { readonly page: number; readonly href: string }) => (
  <Empty text={`This list ends before page ${page}.`} href={href} label="Go to the first page" />
);

/** A row of the list: a title that links to its page, `todo` and `facts` below it, and a badge and the price on the right. */
export const ListRow = ({
  href,
  title,
  facts,
  badge,
  price,
  testId,
  todo,
  isWholePage = false,
}: {
  readonly href: string;
  readonly title: string;
  readonly facts: readonly string[];
  readonly badge: BadgeProps;
  readonly price?: string;
  readonly testId: string;
  /** What the user must do, and until when. */
  readonly todo?: string | undefined;
  /** The link loads the whole page, so that it is shown without a connection too. */
  readonly isWholePage?: boolean;
}) => (
  <article
    className="ticket h-auto! flex-row! flex-wrap! items-center gap-x-4 gap-y-2 px-4 py-3.5 sm:px-5"
    data-testid={testId}
  >
    <div className="min-w-0 flex-1 basis-40">
      <h2 className="leading-snug font-semibold wrap-anywhere" dir="auto">
        {isWholePage ? (
          <a href={href} className="ticket-link">
            {title}
          </a>
        ) : (
          <PageLink href={href} className="ticket-link">
            {title}
          </PageLink>
        )}
      </h2>
      {todo !== undefined && <p className="mt-0.5 text-sm font-semibold">{todo}</p>}
      {facts.map((fact) => (
        <p key={fact} className="mt-0.5 text-sm wrap-anywhere text-muted" dir="auto">
          {fact}
        </p>
      ))}
    </div>
    <div className="ml-auto grid justify-items-end gap-1.5">
      <Badge {...badge} />
      {price !== undefined && <span className="font-semibold tabular-nums">{price}</span>}
    </div>
  </article>
);
