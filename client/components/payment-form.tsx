'use client';
import dynamic from 'next/dynamic';
import { useRef, useState, type FormEvent } from 'react';
import { createBrowserApi } from '../lib/api/browser-api.ts';
import type { StripeConfig } from '../lib/config.ts';
import { payOrder, type PayOutcome } from '../lib/pay-order.ts';
import { signInPath } from '../lib/safe-next.ts';
import { wait } from '../lib/wait.ts';
import { Icon } from './icon.tsx';
import { Notice } from './notice.tsx';
import { CardSkeleton, SandboxCard } from './sandbox-card.tsx';
import { SubmitButton } from './submit-button.tsx';
import type { SubmitCard } from './submit-card.ts';
import { TestCards } from './test-cards.tsx';

// Loaded only when Stripe's own card form is shown: test mode uses the sandbox's form.
const StripeCard = dynamic(() => import('./stripe-card.tsx').then((module) => module.StripeCard), {
  ssr: false,
  loading: CardSkeleton,
});

const OutcomeNotice = ({
  outcome,
  orderId,
  attemptsLeft,
}: {
  readonly outcome: PayOutcome;
  readonly orderId: string;
  readonly attemptsLeft: string | undefined;
}) => {
  switch (outcome.kind) {
    case 'accepted':
      return null;
    case 'bank':
      return (
        <Notice variant="warning">
          <p>
            Your bank asks you to confirm this payment.{' '}
            <a className="underline" href={outcome.url}>
              Go to your bank
            </a>
          </p>
        </Notice>
      );
    case 'refused':
      return (
        <Notice variant="error">
          <p className="font-semibold">{outcome.message}</p>
          <p>{`You still hold the ticket until the time is up. ${attemptsLeft ?? ''}`}</p>
        </Notice>
      );
    case 'in-flight':
      return (
        <Notice variant="warning">
          Another payment for this order is in progress, perhaps in another tab. This page shows its result
          automatically.
        </Notice>
      );
    case 'unknown':
      return (
        <Notice variant="warning">
          <p className="font-semibold">We don’t know yet whether this payment went through.</p>
          <p>
            This page shows the result as soon as we know it. You can safely pay again: an order is charged only once.
          </p>
        </Notice>
      );
    case 'signed-out':
      return (
        <Notice variant="error">
          Your session has ended.{' '}
          <a className="underline" href={signInPath(`/orders/${orderId}`)}>
            Sign in again to pay
          </a>
          .
        </Notice>
      );
  }
};

/** The card form of an open order; paying with it calls `onSent` with the outcome. */
export const PaymentForm = ({
  orderId,
  price,
  stripe,
  expired,
  attemptsLeft,
  onSent,
}: {
  readonly orderId: string;
  /** Formatted, such as `$19.99`. */
  readonly price: string;
  readonly stripe: StripeConfig;
  /** The hold has expired. */
  readonly expired: boolean;
  /** How many attempts are left, as a sentence, if known. */
  readonly attemptsLeft: string | undefined;
  readonly onSent: (outcome: PayOutcome) => void;
}) => {
  const [cardForm, setCardForm] = useState<{ readonly submitCard: SubmitCard }>();
  const [problem, setProblem] = useState<string>();
  const [outcome, setOutcome] = useState<PayOutcome>();
  const [pending, setPending] = useState(false);
  const busy = useRef(false);
  const onReady = (submitCard: SubmitCard | undefined) =>
    setCardForm(submitCard === undefined ? undefined : { submitCard });

  const pay = async (submitCard: SubmitCard) => {
    const card = await submitCard();
    if ('problem' in card) {
      setProblem(card.problem);
      return;
    }
    const result = await payOrder({ api: createBrowserApi(), wait }, { orderId, token: card.token });
    setOutcome(result);
    if (result.kind === 'bank') window.location.assign(result.url);
    else onSent(result);
  };

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy.current || cardForm === undefined) return;
    busy.current = true;
    setPending(true);
    setProblem(undefined);
    setOutcome(undefined);
    pay(cardForm.submitCard)
      .catch(() => setOutcome({ kind: 'unknown' }))
      .finally(() => {
        busy.current = false;
        setPending(false);
      });
  };

  return (
    <form onSubmit={onSubmit} className="grid gap-4" aria-label="Payment">
      {outcome !== undefined && <OutcomeNotice outcome={outcome} orderId={orderId} attemptsLeft={attemptsLeft} />}
      {stripe.mode === 'sandbox' ? (
        <SandboxCard sandboxUrl={stripe.sandboxUrl} onReady={onReady} />
      ) : (
        <StripeCard publishableKey={stripe.publishableKey} onReady={onReady} />
      )}
      {problem !== undefined && (
        <p className="problem mt-0" role="alert">
          {problem}
        </p>
      )}
      <SubmitButton pending={pending} pendingText="Paying…" disabled={cardForm === undefined || expired}>
        {`Pay ${price}`}
      </SubmitButton>
      <p className="flex items-start gap-2 text-sm text-muted">
        <Icon name="lock" className="icon mt-px size-4" />
        <span>
          {stripe.mode === 'sandbox'
            ? 'Your browser sends the card directly to the Stripe sandbox; we never see its number.'
            : 'Your browser sends the card directly to Stripe; we never see its number.'}
        </span>
      </p>
      {stripe.mode === 'sandbox' && <TestCards />}
    </form>
  );
};
