import type { Metadata } from 'next';
import { PageLink } from '../../components/page-link.tsx';
import { SmallPage } from '../../components/small-page.tsx';
import { currentUser, wasDone } from '../../lib/server/api.ts';
import { redirect } from 'next/navigation';

export const metadata: Metadata = { title: 'Goodbye' };

const GoodbyePage = async () => {
  // Nobody whose account is closed is signed in.
  if ((await currentUser()) !== undefined) redirect('/account');
  if (!(await wasDone())) redirect('/');
  return (
    <SmallPage
      title="Your account is closed"
      intro="You are signed out on all devices, and we have sent a last mail that says so. Thank you for having been here."
    >
      <PageLink href="/" className="button button-quiet button-wide">
        Browse tickets
      </PageLink>
    </SmallPage>
  );
};

export default GoodbyePage;
