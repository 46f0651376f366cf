import type { Metadata } from 'next';
import { AccountPage } from '../../../components/account/account-page.tsx';
import { CloseAccountForm } from '../../../components/account/close-account-form.tsx';
import { forUser } from '../../../components/for-user.tsx';
import { postCloseAccount } from '../../form-actions.ts';

const title = 'Close account';

export const metadata: Metadata = { title };

const consequences = [
  { what: 'Your listings', text: 'Tickets that are on sale are withdrawn.' },
  {
    what: 'Tickets that others hold or have bought',
    text: 'They stay theirs. What you do not deliver is refunded to the buyer.',
  },
  { what: 'Tickets that you hold', text: 'They are released, and you pay nothing.' },
  {
    what: 'Tickets that you have bought',
    text: 'They stay yours, but you cannot sign in any more to fetch them: download them first.',
  },
  { what: 'Your balance', text: 'What is not paid out yet stays recorded, and we pay it out by hand.' },
  {
    what: 'Your data',
    text: 'Email address and password are deleted within a minute. Orders and payments stay recorded, without your address.',
  },
] as const;

const CloseAccountPage = forUser({ title, path: '/account/close' }, ({ user }) => (
  <AccountPage title={title} intro="This cannot be undone.">
    <dl className="panel grid gap-4 p-5 sm:p-6">
      {consequences.map(({ what, text }) => (
        <div key={what}>
          <dt className="font-semibold">{what}</dt>
          <dd className="mt-0.5 text-muted">{text}</dd>
        </div>
      ))}
    </dl>
    <div className="panel p-5 sm:p-6">
      <CloseAccountForm post={postCloseAccount} email={user.email} />
    </div>
  </AccountPage>
));

export default CloseAccountPage;
