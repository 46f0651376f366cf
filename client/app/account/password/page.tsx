import type { Metadata } from 'next';
import { AccountPage } from '../../../components/account/account-page.tsx';
import { ChangePasswordForm } from '../../../components/account/change-password-form.tsx';
import { forUser } from '../../../components/for-user.tsx';
import { PageLink } from '../../../components/page-link.tsx';
import { postChangePassword } from '../../form-actions.ts';

const title = 'Change password';

export const metadata: Metadata = { title };

const ChangePasswordPage = forUser({ title, path: '/account/password' }, ({ user }) => (
  <AccountPage title={title} intro="You stay signed in here; every other device is signed out.">
    <div className="panel p-5 sm:p-6">
      <ChangePasswordForm post={postChangePassword} email={user.email} />
    </div>
    <PageLink href="/forgot-password" className="link inline-flex min-h-11 items-center justify-self-start">
      Forgot your password?
    </PageLink>
  </AccountPage>
));

export default ChangePasswordPage;
