import type { Metadata } from 'next';
import { AccountPage } from '../../../components/account/account-page.tsx';
import { ChangePasswordForm } from '../../../components/account/change-password-form.tsx';
import { PageLink } from '../../../components/page-link.tsx';
import { requireUser } from '../../../lib/server/require-user.ts';
import { postChangePassword } from '../../form-actions.ts';

export const metadata: Metadata = { title: 'Change password' };

const ChangePasswordPage = async () => {
  const { email } = await requireUser('/account/password');
  return (
    <AccountPage title="Change password" intro="You stay signed in here; every other device is signed out.">
      <div className="panel p-5 sm:p-6">
        <ChangePasswordForm post={postChangePassword} email={email} />
      </div>
      <PageLink href="/forgot-password" className="link inline-flex min-h-11 items-center justify-self-start">
        Forgot your password?
      </PageLink>
    </AccountPage>
  );
};

export default ChangePasswordPage;
