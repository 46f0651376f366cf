'use client';
import type { PayoutStatus } from '../lib/api/schemas.ts';
import { payoutForm } from '../lib/forms/payout-form.ts';
import { Badge } from './badge.tsx';
import { ErrorList } from './notice.tsx';
import { SubmitButton } from './submit-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

const states = {
  none: {
    badge: { variant: 'wait', label: 'Not set up' },
    text: 'You are paid to an account at Stripe. Until it is set up, what you earn stays in your balance.',
    button: 'Set up payouts',
  },
  pending: {
    badge: { variant: 'wait', label: 'Not ready' },
    text: 'Stripe needs more details before it can pay you. Until then, what you earn stays in your balance.',
    button: 'Continue at Stripe',
  },
  ready: {
    badge: { variant: 'good', label: 'Ready' },
    text: 'Stripe pays what is available to your bank account.',
    button: undefined,
  },
} as const;

/** Whether the seller can be paid, and the form that leads to Stripe's page. */
export const PayoutAccount = ({
  post,
  status,
  emailVerified,
}: {
  readonly post: PostForm;
  readonly status: PayoutStatus;
  readonly emailVerified: boolean;
}) => {
  const { state, pending, form } = useForm(payoutForm, post);
  const { badge, text, button } = states[status];
  return (
    <section className="panel grid gap-3 px-4 py-4 sm:px-5" aria-labelledby="payouts">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="payouts" className="text-xl font-semibold">
          Payouts
        </h2>
        <Badge {...badge} testId="payout-status" />
      </div>
      <p className="text-muted">{text}</p>
      {!emailVerified && <p className="text-muted">Nothing is paid out until your email address is confirmed.</p>}
      {button !== undefined && (
        <form {...form} className="grid gap-3">
          <ErrorList messages={state.errors.map(({ message }) => message)} />
          <SubmitButton pending={pending} pendingText="Opening Stripe…">
            {button}
          </SubmitButton>
        </form>
      )}
    </section>
  );
};
