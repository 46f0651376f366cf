import { Notice } from './notice.tsx';

/** What a buyer who has reported a problem reads until it is settled. */
export const ReportedProblem = () => (
  <Notice variant="success">
    <p className="font-semibold">You have reported a problem with this ticket.</p>
    <p>We look into it, and hold back the money until we have, unless the seller has received it already.</p>
  </Notice>
);
