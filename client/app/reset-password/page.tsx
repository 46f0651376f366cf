import type { Metadata } from 'next';
import { ResetPasswordForm } from '../../components/account/reset-password-form.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { SmallPage } from '../../components/small-page.tsx';
import { linkReferrer } from '../../lib/link-pages.ts';
import { param, type QueryParams } from '../../lib/query-params.ts';
import { wasDone } from '../../lib/server/api.ts';
import { postResetPassword } from '../form-actions.ts';
import { redirect } from 'next/navigation';

export const metadata: Metadata = { title: 'Choose a new password', referrer: linkReferrer };

const ResetPasswordPage = async ({ searchParams }: { readonly searchParams: Promise<QueryParams> }) => {
  const query = await searchParams;
  if (param(query, 'done') !== undefined) {
    if (!(await wasDone())) redirect('/signin');
    return (
      <SmallPage
        title="Your password is changed"
        intro="All devices are signed out and your passkeys removed. Sign in with the new password."
      >
        <PageLink href="/signin" className="button button-main button-wide">
          Sign in
        </PageLink>
      </SmallPage>
    );
  }
  const token = param(query, 'token');
  if (token === undefined) {
    return (
      <SmallPage
        title="This link is no longer valid"
        intro="A link works once, for one hour, and only the newest one. Your password has not changed."
      >
        <PageLink href="/forgot-password" className="button button-main button-wide">
          Ask for a new link
        </PageLink>
      </SmallPage>
    );
  }
  return (
    <SmallPage title="Choose a new password" intro="Saving it signs out all devices and removes your passkeys.">
      <div className="panel p-5 sm:p-6">
        <ResetPasswordForm post={postResetPassword} token={token} />
      </div>
    </SmallPage>
  );
};

export default ResetPasswordPage;
