import type { Metadata } from 'next';
import { PageLink } from '../../components/page-link.tsx';
import { setStatus } from '../../lib/response-status.ts';

export const metadata: Metadata = { title: 'Refused' };

/** Shown for a form that another site has sent. */
const RefusedPage = () => {
  setStatus(403);
  return (
    <div className="shell grid max-w-xl justify-items-start gap-4 py-16 md:py-24">
      <p className="badge badge-over">403</p>
      <h1 className="text-3xl font-bold">This form came from another site</h1>
      <p className="text-muted">Nothing was done. Forms are accepted from our own pages only.</p>
      <PageLink href="/" className="button button-main">
        Browse tickets
      </PageLink>
    </div>
  );
};

// Without this, Next renders the page once, at the build, when there is no response whose status it could set.
export const dynamic = 'force-dynamic';

export default RefusedPage;
