'use client';
import dynamic from 'next/dynamic';
import { useRef, useState, type FormEvent } from 'react';
import { createBrowserApi } from '../lib/api/browser-api.ts';
import type { StripeConfig } from '../lib/config.ts';
import { payOrder, type PayOutcome } from '../lib/pay-order.ts';
import { signInPath } from '../lib/safe-next.ts';
import { wait } from '../lib/wait.ts';
import type { CardSource } from './card-source.ts';
import { Icon } from './icon.tsx';
import { Notice } from './notice.tsx';
import { CardSkeleton, SandboxCard } from './sandbox-card.tsx';
import { SubmitButton } from './submit-button.tsx';
import { TestCards } from './test-cards.tsx';

// Stripe's library is loaded only where its form is shown, not in test mode.
const StripeCard = dynamic(() => import('./stripe-card.tsx').then((module) => module.StripeCard), {
  ssr: false,
  loading: CardSkeleton,
});

const Outcome = ({
  outcome,
  orderId,
  left,
}: {
  readonly outcome: PayOutcome;
  readonly orderId: string;
  readonly left: string | undefined;
}) => {
  switch (outcome.kind) {
    case 'accepted':
      return null;
    case 'refused':
      return (
        <Notice variant="error">
          <p className="font-semibold">{outcome.message}</p>
          <p>The ticket stays yours until the hold runs out. {left}</p>
        </Notice>
      );
    case 'in-flight':
      return (
        <Notice variant="warning">
          Another payment for this order is under way, perhaps in another tab. We are waiting for its outcome; this page
          follows by itself.
        </Notice>
      );
    case 'unknown':
      return (
        <Notice variant="warning">
          <p className="font-semibold">We don’t know yet whether this payment went through.</p>
          <p>We keep checking. It is safe to pay again: you are never charged twice for one order.</p>
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

/** Reads a card and pays the order with it. `onSent` is called with the outcome, whatever it is. */
export const PaymentForm = ({
  orderId,
  price,
  stripe,
  expired,
  left,
  onSent,
}: {
  readonly orderId: string;
  /** Formatted. */
  readonly price: string;
  readonly stripe: StripeConfig;
  /** The hold has expired. */
  readonly expired: boolean;
  /** How many attempts are left, as a sentence, if known. */
  readonly left: string | undefined;
  readonly onSent: (outcome: PayOutcome) => void;
}) => {
  const [source, setSource] = useState<{ readonly submitCard: CardSource }>();
  const [problem, setProblem] = useState<string>();
  const [outcome, setOutcome] = useState<PayOutcome>();
  const [pending, setPending] = useState(false);
  const busy = useRef(false);
  const onSource = (submitCard: CardSource | undefined) =>
    setSource(submitCard === undefined ? undefined : { submitCard });

  const pay = async (submitCard: CardSource) => {
    const card = await submitCard();
    if ('problem' in card) {
      setProblem(card.problem);
      return;
    }
    const result = await payOrder({ api: createBrowserApi(), wait }, { orderId, token: card.token });
    setOutcome(result);
    onSent(result);
  };

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy.current || source === undefined) return;
    busy.current = true;
    setPending(true);
    setProblem(undefined);
    setOutcome(undefined);
    pay(source.submitCard)
      .catch(() => setOutcome({ kind: 'unknown' }))
      .finally(() => {
        busy.current = false;
        setPending(false);
      });
  };

  return (
    <form onSubmit={onSubmit} className="grid gap-4" aria-label="Payment">
      {outcome !== undefined && <Outcome outcome={outcome} orderId={orderId} left={left} />}
      {stripe.mode === 'sandbox' ? (
        <SandboxCard sandboxUrl={stripe.sandboxUrl} onSource={onSource} />
      ) : (
        <StripeCard publishableKey={stripe.publishableKey} onSource={onSource} />
      )}
      {problem !== undefined && (
        <p className="problem mt-0" role="alert">
          {problem}
        </p>
      )}
      <SubmitButton pending={pending} pendingText="Paying…" disabled={source === undefined || expired}>
        Pay {price}
      </SubmitButton>
      <p className="flex items-start gap-2 text-sm text-muted">
        <Icon name="lock" className="icon mt-px size-4" />
        {stripe.mode === 'sandbox'
          ? 'The card goes straight to the Stripe sandbox, never to us.'
          : 'The card goes straight to Stripe, never to us.'}
      </p>
      {stripe.mode === 'sandbox' && <TestCards />}
    </form>
  );
};
