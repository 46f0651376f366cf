'use client';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import * as z from 'zod/mini';
import type { CardFormProps, CardResult } from './submit-card.ts';

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('sandbox:ready') }),
  z.object({ type: z.literal('sandbox:change'), complete: z.boolean() }),
  z.object({ type: z.literal('sandbox:payment-method'), id: z.string() }),
  z.object({ type: z.literal('sandbox:error'), message: z.string() }),
  z.object({ type: z.literal('sandbox:resize'), height: z.number().check(z.gte(0), z.lte(2_000)) }),
]);

const loadTimeoutMs = 10_000;

/** The sandbox's card form, in an iframe of the sandbox's origin, as Stripe Elements are in iframes of Stripe's origin. */
export const SandboxCard = ({ sandboxUrl, onReady }: CardFormProps & { readonly sandboxUrl: string }) => {
  const frame = useRef<HTMLIFrameElement>(null);
  const [src, setSrc] = useState<string>();
  const [height, setHeight] = useState(230);
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading');
  const reportReady = useEffectEvent(onReady);

  useEffect(() => {
    const origin = new URL(sandboxUrl).origin;
    let resolveCard: ((result: CardResult) => void) | undefined;
    const finish = (result: CardResult) => {
      resolveCard?.(result);
      resolveCard = undefined;
    };
    const submitCard = () =>
      new Promise<CardResult>((resolve) => {
        finish({ problem: 'The card form was submitted again.' });
        resolveCard = resolve;
        frame.current?.contentWindow?.postMessage({ type: 'sandbox:submit' }, origin);
      });
    const onMessage = (event: MessageEvent<unknown>) => {
      if (event.origin !== origin || event.source !== frame.current?.contentWindow) return;
      const parsed = message.safeParse(event.data);
      if (!parsed.success) return;
      switch (parsed.data.type) {
        case 'sandbox:ready':
          clearTimeout(loadTimeout);
          setState('ready');
          reportReady(submitCard);
          return;
        case 'sandbox:resize':
          setHeight(Math.ceil(parsed.data.height));
          return;
        case 'sandbox:payment-method':
          finish({ token: parsed.data.id });
          return;
        case 'sandbox:error':
          finish({ problem: parsed.data.message });
          return;
        case 'sandbox:change':
          return;
      }
    };
    window.addEventListener('message', onMessage);
    const loadTimeout = setTimeout(() => setState('failed'), loadTimeoutMs);
    // Set only now: an iframe rendered by the server could send its message before the listener exists.
    setSrc(`${sandboxUrl}/elements/card?${new URLSearchParams({ parent: window.location.origin }).toString()}`);
    return () => {
      window.removeEventListener('message', onMessage);
      clearTimeout(loadTimeout);
      finish({ problem: 'The card form was closed.' });
      reportReady(undefined);
    };
  }, [sandboxUrl]);

  return (
    // Reserves the height of the loaded form, so that nothing below it moves; its last line wraps on narrow phones.
    <div className="relative min-h-73 min-[23rem]:min-h-68" aria-busy={state === 'loading'}>
      {src !== undefined && (
        // The form reports its height, which a scrollbar inside the iframe would change.
        <iframe
          ref={frame}
          src={src}
          title="Card details"
          height={height}
          scrolling="no"
          className="block w-full"
          data-testid="card-frame"
        />
      )}
      {state === 'loading' && (
        <div className="absolute inset-x-0 top-0">
          <CardSkeleton />
        </div>
      )}
      {state === 'failed' && (
        <p className="problem" role="alert">
          The card form did not load. Please reload the page; you still hold the ticket.
        </p>
      )}
    </div>
  );
};

/** Shown while a card form is loading. */
export const CardSkeleton = () => (
  <p className="flex items-center gap-2 py-6 text-muted">
    <span className="spinner" aria-hidden="true" />
    Loading the card form…
  </p>
);
