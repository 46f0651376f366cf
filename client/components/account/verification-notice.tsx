import { postSendVerification } from '../../app/form-actions.ts';
import type { User } from '../../lib/api/schemas.ts';
import { HiddenOn } from './hidden-on.tsx';
import { ResendButton } from './resend-button.tsx';

export const ResendForm = () => (
  <form action={postSendVerification}>
    <ResendButton />
  </form>
);

/** Above the page of a user whose email address is not verified, unless the page itself is about that, or is held before a scanner. */
export const VerificationNotice = ({ user }: { readonly user: User | undefined }) =>
  user?.emailVerified === false && (
    <HiddenOn paths={['/account', '/verify-email', '/wallet/']}>
      <aside className="border-b border-line bg-pine-tint" aria-label="Email address">
        <div className="shell flex flex-wrap items-center gap-x-4 py-1 text-sm">
          <p className="min-w-0 py-1 wrap-anywhere">
            <strong>Confirm your email address:</strong>{' '}
            <span>{`we sent a link to ${user.email}. Until then, you can buy and sell but not be paid out.`}</span>
          </p>
          <ResendForm />
        </div>
      </aside>
    </HiddenOn>
  );
