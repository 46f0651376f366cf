import type { Metadata } from 'next';
import { PageLink } from '../../components/page-link.tsx';
import { setStatus } from '../../lib/response-status.ts';

export const metadata: Metadata = { title: 'Too large' };

/** Shown for a form that is too large to be read. */
const TooLargePage = () => {
  setStatus(413);
  return (
    <div className="shell grid max-w-xl justify-items-start gap-4 py-16 md:py-24">
      <p className="badge badge-over">413</p>
      <h1 className="text-3xl font-bold">This file is larger than 5 MB</h1>
      <p className="text-muted">Nothing was uploaded. Go back and choose a smaller file, such as the original PDF.</p>
      <PageLink href="/my-tickets" className="button button-main">
        My tickets
      </PageLink>
    </div>
  );
};

// Without this, Next renders the page once, at the build, when there is no response whose status it could set.
export const dynamic = 'force-dynamic';

export default TooLargePage;
