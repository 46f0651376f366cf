import type { Metadata } from 'next';
import { AccountPage } from '../../../components/account/account-page.tsx';
import { ChangeEmailForm } from '../../../components/account/change-email-form.tsx';
import { requireUser } from '../../../lib/server/require-user.ts';
import { postChangeEmail } from '../../form-actions.ts';

export const metadata: Metadata = { title: 'Change email address' };

const ChangeEmailPage = async () => {
  const { email } = await requireUser('/account/email');
  return (
    <AccountPage
      title="Change email address"
      intro={`It is ${email} until you have followed the link that we send to the new address.`}
    >
      <div className="panel p-5 sm:p-6">
        <ChangeEmailForm post={postChangeEmail} />
      </div>
    </AccountPage>
  );
};

export default ChangeEmailPage;
