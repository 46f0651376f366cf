import type { Metadata } from 'next';
import { ForgotPasswordForm } from '../../components/account/forgot-password-form.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { SmallPage } from '../../components/small-page.tsx';
import { param, type QueryParams } from '../../lib/query-params.ts';
import { postForgotPassword } from '../form-actions.ts';

export const metadata: Metadata = { title: 'Forgot your password?' };

const ForgotPasswordPage = async ({ searchParams }: { readonly searchParams: Promise<QueryParams> }) =>
  param(await searchParams, 'sent') === undefined ? (
    <SmallPage title="Forgot your password?" intro="We send you a link with which you choose a new one.">
      <div className="panel p-5 sm:p-6">
        <ForgotPasswordForm post={postForgotPassword} />
      </div>
    </SmallPage>
  ) : (
    // The same for every address: it must not show who has an account.
    <SmallPage
      title="Look at your mail"
      intro="If there is an account with this email address, we have sent a link. It works for one hour."
    >
      <p className="text-muted">
        Nothing there? Look at the spam folder, or{' '}
        <PageLink href="/forgot-password" className="link">
          ask for another link
        </PageLink>
        .
      </p>
    </SmallPage>
  );

export default ForgotPasswordPage;
