import { setStatus } from '../lib/response-status.ts';
import { StatusPage } from './status-page.tsx';

/** Shown in place of a page, ticket or order that does not exist. */
export const NotFoundText = () => (
  <StatusPage
    status={404}
    title="Page not found"
    text="This page, ticket or order does not exist. Please check the address."
    link={{ href: '/', label: 'Browse tickets' }}
  />
);

/** The same, rendered by a page itself; sets the status 404. */
export const NotFound = () => {
  setStatus(404);
  return <NotFoundText />;
};
