import type { Metadata } from 'next';
import { AccountPage } from '../../../components/account/account-page.tsx';
import { ChangeEmailForm } from '../../../components/account/change-email-form.tsx';
import { forUser } from '../../../components/for-user.tsx';
import { postChangeEmail } from '../../form-actions.ts';

const title = 'Change email address';

export const metadata: Metadata = { title };

const ChangeEmailPage = forUser({ title, path: '/account/email' }, ({ user }) => (
  <AccountPage
    title={title}
    intro={`It is ${user.email} until you have followed the link that we send to the new address.`}
  >
    <div className="panel p-5 sm:p-6">
      <ChangeEmailForm post={postChangeEmail} />
    </div>
  </AccountPage>
));

export default ChangeEmailPage;
