import type { ReactNode } from 'react';
import { Icon } from '../icon.tsx';
import { PageLink } from '../page-link.tsx';

/** A page about one part of the account, which leads back to the whole. */
export const AccountPage = ({
  title,
  intro,
  children,
}: {
  readonly title: string;
  readonly intro?: string;
  readonly children: ReactNode;
}) => (
  <div className="shell max-w-2xl py-6 md:py-10">
    <PageLink href="/account" className="link inline-flex min-h-11 items-center gap-1.5">
      <Icon name="arrow-left" />
      Account
    </PageLink>
    <h1 className="mt-2 text-3xl font-bold">{title}</h1>
    {intro !== undefined && <p className="mt-2 text-muted">{intro}</p>}
    <div className="mt-6 grid gap-5">{children}</div>
  </div>
);
