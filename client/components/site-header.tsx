import { postSignOut } from '../app/form-actions.ts';
import type { Session } from '../lib/server/api.ts';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';
import { PageLink } from './page-link.tsx';

const pages = [
  { href: '/', label: 'Browse' },
  { href: '/tickets/new', label: 'Sell a ticket' },
  { href: '/wallet', label: 'My tickets' },
  { href: '/orders', label: 'My orders' },
  { href: '/my-tickets', label: 'My listings' },
  { href: '/sales', label: 'My sales' },
] as const;

const Mark = () => (
  <svg className="size-8 flex-none" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="#0d5f4b" />
    <path d="M9 26V15a7 7 0 0 1 14 0v11z" fill="#ffc94d" />
    <path d="M13 26V16a3 3 0 0 1 6 0v10z" fill="#0d5f4b" />
  </svg>
);

/** A browser whose session cannot be checked right now may still sign out. */
const Account = ({ session, wide }: { readonly session: Session; readonly wide: boolean }) =>
  'user' in session && session.user === undefined ? (
    <div className={wide ? 'flex items-center gap-2' : 'grid grid-cols-2 gap-2'}>
      <PageLink href="/signin" className={`button button-quiet ${wide ? 'min-h-10' : ''}`}>
        Sign in
      </PageLink>
      <PageLink href="/signup" className={`button button-main ${wide ? 'min-h-10' : ''}`}>
        Sign up
      </PageLink>
    </div>
  ) : (
    <form action={postSignOut} className={wide ? 'flex items-center gap-3' : 'grid gap-3'}>
      <PageLink
        href="/account"
        className={`grid min-h-11 content-center rounded-lg hover:bg-paper ${wide ? 'max-w-44 px-2' : 'px-3 py-2.5'}`}
      >
        <span className={wide ? 'text-[0.9375rem] leading-tight font-medium' : 'font-medium'}>Account</span>
        {'user' in session && (
          <span className="truncate text-sm leading-tight text-muted" title={session.user?.email}>
            {session.user?.email}
          </span>
        )}
      </PageLink>
      <button type="submit" className={`button button-quiet ${wide ? 'min-h-10' : ''}`}>
        Sign out
      </button>
    </form>
  );

export const SiteHeader = ({ session }: { readonly session: Session }) => (
  <header className="border-b border-line bg-surface">
    <div className="shell flex h-16 items-center gap-6">
      <PageLink
        href="/"
        className="flex items-center gap-2.5 text-xl font-bold tracking-tight"
        aria-label="Foyer, home"
      >
        <Mark />
        Foyer
      </PageLink>
      <nav className="hidden flex-1 items-center gap-1 lg:flex" aria-label="Main">
        {pages.map(({ href, label }) => (
          <PageLink key={href} href={href} className="rounded-lg px-3 py-2 text-[0.9375rem] font-medium hover:bg-paper">
            {label}
          </PageLink>
        ))}
      </nav>
      <div className="hidden lg:block">
        <Account session={session} wide />
      </div>
      <Menu>
        <summary className="button button-quiet min-h-10 px-3">
          <Icon name="menu" className="icon group-open:hidden" />
          <Icon name="close" className="icon hidden group-open:block" />
          Menu
        </summary>
        <div className="panel absolute top-full right-0 z-40 mt-2 w-64 p-3 shadow-xl">
          <nav className="grid" aria-label="Menu">
            {pages.map(({ href, label }) => (
              <PageLink key={href} href={href} className="rounded-lg px-3 py-2.5 font-medium hover:bg-paper">
                {label}
              </PageLink>
            ))}
          </nav>
          <div className="mt-2 border-t border-line pt-3">
            <Account session={session} wide={false} />
          </div>
        </div>
      </Menu>
    </div>
  </header>
);
