import { setStatus } from '../lib/response-status.ts';
import { PageLink } from './page-link.tsx';

/** Shown in place of a page, ticket or order that does not exist. */
export const NotFoundText = () => (
  <div className="shell grid max-w-xl justify-items-start gap-4 py-16 md:py-24">
    <p className="badge badge-over">404</p>
    <h1 className="text-3xl font-bold">Page not found</h1>
    <p className="text-muted">This page, ticket or order does not exist. Please check the address.</p>
    <PageLink href="/" className="button button-main">
      Browse tickets
    </PageLink>
  </div>
);

/** The same, rendered by a page itself; sets the status 404. */
export const NotFound = () => {
  setStatus(404);
  return <NotFoundText />;
};
