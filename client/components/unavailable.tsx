import type { Failure } from '../lib/api/api.ts';
import { failureErrors } from '../lib/api/failure-labels.ts';
import { setStatus } from '../lib/response-status.ts';

/** Shown in place of data that could not be loaded; sets the status 503. `retry` is the path of this page. */
export const Unavailable = ({ failure, retry }: { readonly failure: Failure; readonly retry: string }) => {
  setStatus(503);
  return (
    <div className="panel grid justify-items-start gap-3 p-6" role="alert">
      <h2 className="text-xl font-semibold">This can’t be shown right now</h2>
      {failureErrors(failure).map(({ message }) => (
        <p key={message} className="text-muted">
          {message}
        </p>
      ))}
      <a href={retry} className="button button-quiet">
        Try again
      </a>
    </div>
  );
};

/** A page that shows nothing else. */
export const UnavailablePage = ({
  title,
  ...unavailable
}: {
  readonly title: string;
  readonly failure: Failure;
  readonly retry: string;
}) => (
  <div className="shell max-w-2xl py-10">
    <h1 className="mb-6 text-3xl font-bold">{title}</h1>
    <Unavailable {...unavailable} />
  </div>
);
