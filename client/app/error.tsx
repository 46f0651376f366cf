'use client';

const ErrorPage = ({ reset }: { readonly reset: () => void }) => (
  <div className="shell grid max-w-xl justify-items-start gap-4 py-16 md:py-24" role="alert">
    <h1 className="text-3xl font-bold">Something went wrong on our side</h1>
    <p className="text-muted">Your holds, orders and payments are not affected.</p>
    <div className="flex flex-wrap gap-3">
      <button type="button" className="button button-main" onClick={reset}>
        Try again
      </button>
      <a href="/" className="button button-quiet">
        Browse tickets
      </a>
    </div>
  </div>
);

export default ErrorPage;
