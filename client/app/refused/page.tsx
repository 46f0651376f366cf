import type { Metadata } from 'next';
import { StatusPage } from '../../components/status-page.tsx';
import { setStatus } from '../../lib/response-status.ts';

export const metadata: Metadata = { title: 'Refused' };

/** Shown for a form that another site has sent. */
const RefusedPage = () => {
  setStatus(403);
  return (
    <StatusPage
      status={403}
      title="This form came from another site"
      text="Nothing was done. Forms are accepted from our own pages only."
      link={{ href: '/', label: 'Browse tickets' }}
    />
  );
};

// Without this, Next renders the page once, at the build, when there is no response whose status it could set.
export const dynamic = 'force-dynamic';

export default RefusedPage;
