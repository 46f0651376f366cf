import type { Metadata } from 'next';
import { VerifyEmailForm } from '../../components/account/verify-email-form.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { SmallPage } from '../../components/small-page.tsx';
import { linkReferrer } from '../../lib/link-pages.ts';
import { param, type QueryParams } from '../../lib/query-params.ts';
import { signInPath } from '../../lib/safe-next.ts';
import { currentUser, wasDone } from '../../lib/server/api.ts';
import { postVerifyEmail } from '../form-actions.ts';

export const metadata: Metadata = { title: 'Confirm your email address', referrer: linkReferrer };

const VerifyEmailPage = async ({ searchParams }: { readonly searchParams: Promise<QueryParams> }) => {
  const query = await searchParams;
  const token = param(query, 'token');
  const saysDone = param(query, 'done') !== undefined;
  if (token !== undefined && !saysDone) {
    return (
      <SmallPage title="Confirm your email address" intro="One click, and your account has this address.">
        <VerifyEmailForm post={postVerifyEmail} token={token} />
      </SmallPage>
    );
  }
  const user = await currentUser();
  const isDone = saysDone && (user?.emailVerified ?? (await wasDone()));
  return (
    <SmallPage
      title={isDone ? 'Your email address is confirmed' : 'This link is no longer valid'}
      intro={
        isDone
          ? 'Thank you. Payouts no longer wait for it.'
          : 'It has been used, is older than a day, or was replaced by a newer one. Your account page says whether your address is confirmed, and sends another link.'
      }
    >
      <PageLink
        href={user === undefined ? signInPath('/account') : '/account'}
        className="button button-main button-wide"
      >
        {user === undefined ? 'Sign in' : 'Go to your account'}
      </PageLink>
    </SmallPage>
  );
};

export default VerifyEmailPage;
