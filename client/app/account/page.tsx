import type { Metadata } from 'next';
import { ResendForm } from '../../components/account/verification-notice.tsx';
import { Badge } from '../../components/badge.tsx';
import { forUser } from '../../components/for-user.tsx';
import { Icon } from '../../components/icon.tsx';
import { Notice } from '../../components/notice.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { accountNotice } from '../../lib/account-notices.ts';
import { param, type QueryParams } from '../../lib/query-params.ts';

const title = 'Account';

export const metadata: Metadata = { title };

const parts = [
  { href: '/account/email', title: 'Change email address', text: 'The new address gets a link first.' },
  { href: '/account/password', title: 'Change password', text: 'Signs out every other device.' },
  { href: '/account/passkeys', title: 'Passkeys', text: 'Sign in with your fingerprint, face or screen lock.' },
  { href: '/account/sessions', title: 'Devices', text: 'See where you are signed in, and sign out.' },
] as const;

const row = 'flex min-h-14 items-center justify-between gap-3 px-4 py-3 hover:bg-paper sm:px-5';

const RowText = ({ title, text }: { readonly title: string; readonly text: string }) => (
  <span className="min-w-0">
    <span className="block font-semibold">{title}</span>
    <span className="block text-sm text-muted">{text}</span>
  </span>
);

interface PageProps {
  readonly searchParams: Promise<QueryParams>;
}

const AccountOverview = forUser<PageProps>({ title, path: '/account' }, async ({ user, searchParams }) => {
  const notice = accountNotice(param(await searchParams, 'notice'));
  return (
    <div className="shell max-w-2xl py-8 md:py-12">
      <h1 className="text-3xl font-bold">{title}</h1>
      <div className="mt-6 grid gap-5">
        {notice !== undefined && <Notice variant={notice.variant}>{notice.text}</Notice>}
        <section className="panel px-4 py-4 sm:px-5" aria-labelledby="email">
          <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
            <h2 id="email" className="text-sm text-muted">
              Email address
            </h2>
            <Badge
              {...(user.emailVerified
                ? { variant: 'good', label: 'Confirmed' }
                : { variant: 'wait', label: 'Not confirmed' })}
              testId="email-state"
            />
          </div>
          <p className="mt-1 font-semibold wrap-anywhere" data-testid="account-email">
            {user.email}
          </p>
          {!user.emailVerified && (
            <div className="mt-2 flex flex-wrap items-center justify-between gap-x-3 border-t border-line pt-2 text-sm">
              <p className="text-muted">Follow the link that we sent there. Until then you are not paid out.</p>
              <ResendForm />
            </div>
          )}
        </section>
        <ul className="panel divide-y divide-line overflow-hidden">
          {parts.map(({ href, ...texts }) => (
            <li key={href}>
              <PageLink href={href} className={row}>
                <RowText {...texts} />
                <Icon name="arrow-right" />
              </PageLink>
            </li>
          ))}
          <li>
            <a href="/api/users/me/export" download="account.json" className={row}>
              <RowText title="Download my data" text="What we keep of your account, as a JSON file." />
              <Icon name="arrow-down" />
            </a>
          </li>
        </ul>
        <PageLink href="/account/close" className="link inline-flex min-h-11 items-center justify-self-start">
          Close my account
        </PageLink>
      </div>
    </div>
  );
});

export default AccountOverview;
