'use client';
import { CardElement, Elements, useElements, useStripe } from '@stripe/react-stripe-js';
import { loadStripe } from '@stripe/stripe-js/pure';
import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { CardSkeleton } from './sandbox-card.tsx';
import type { CardFormProps } from './submit-card.ts';

const onThemeChange = (listener: () => void) => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', listener);
  return () => dark.removeEventListener('change', listener);
};
const readToken = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--color-${name}`).trim();

/** A token of globals.css in the present theme. Stripe's iframe does not inherit it. */
const useToken = (name: string) =>
  useSyncExternalStore(
    onThemeChange,
    () => readToken(name),
    () => '',
  );

const Card = ({ onReady }: CardFormProps) => {
  const stripe = useStripe();
  const elements = useElements();
  const [ink, muted, danger] = [useToken('ink'), useToken('muted'), useToken('danger')];
  const [problem, setProblem] = useState<string>();
  const [ready, setReady] = useState(false);
  const reportReady = useEffectEvent(onReady);

  useEffect(() => {
    if (!ready || stripe === null || elements === null) return;
    reportReady(async () => {
      const card = elements.getElement(CardElement);
      if (card === null) return { problem: 'The card form did not load. Please reload the page.' };
      const result = await stripe.createPaymentMethod({ type: 'card', card });
      return result.error === undefined
        ? { token: result.paymentMethod.id }
        : { problem: result.error.message ?? 'This card can’t be used.' };
    });
    return () => reportReady(undefined);
  }, [stripe, elements, ready]);

  return (
    <div>
      <div className="input flex items-center py-3">
        <CardElement
          className="w-full"
          options={{
            style: {
              base: { fontSize: '16px', color: ink, iconColor: muted, '::placeholder': { color: muted } },
              invalid: { color: danger, iconColor: danger },
            },
          }}
          onReady={() => setReady(true)}
          onChange={(event) => setProblem(event.error?.message)}
        />
      </div>
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
};

/** Stripe's own card form; the number goes from its iframe straight to Stripe. */
export const StripeCard = ({ publishableKey, onReady }: CardFormProps & { readonly publishableKey: string }) => {
  const [stripe, setStripe] = useState<Awaited<ReturnType<typeof loadStripe>>>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let mounted = true;
    const load = async () => {
      try {
        const loaded = await loadStripe(publishableKey);
        if (mounted) setStripe(loaded);
      } catch {
        if (mounted) setFailed(true);
      }
    };
    void load();
    return () => {
      mounted = false;
    };
  }, [publishableKey]);
  if (failed) {
    return (
      <p className="problem" role="alert">
        Stripe’s card form did not load. Check your connection and reload the page; you still hold the ticket.
      </p>
    );
  }
  return stripe === null ? (
    <CardSkeleton />
  ) : (
    <Elements stripe={stripe} options={{ locale: 'en' }}>
      <Card onReady={onReady} />
    </Elements>
  );
};
