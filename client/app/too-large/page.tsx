import type { Metadata } from 'next';
import { StatusPage } from '../../components/status-page.tsx';
import { setStatus } from '../../lib/response-status.ts';

export const metadata: Metadata = { title: 'Too large' };

/** Shown for a form that is too large to be read. */
const TooLargePage = () => {
  setStatus(413);
  return (
    <StatusPage
      status={413}
      title="This file is larger than 5 MB"
      text="Nothing was uploaded. Go back and choose a smaller file, such as the original PDF."
      link={{ href: '/my-tickets', label: 'My listings' }}
    />
  );
};

// Without this, Next renders the page once, at the build, when there is no response whose status it could set.
export const dynamic = 'force-dynamic';

export default TooLargePage;
