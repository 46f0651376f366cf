'use client';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import * as z from 'zod/mini';
import type { CardFormProps, TypedCard } from './card-source.ts';

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('sandbox:ready') }),
  z.object({ type: z.literal('sandbox:change'), complete: z.boolean() }),
  z.object({ type: z.literal('sandbox:payment-method'), id: z.string() }),
  z.object({ type: z.literal('sandbox:error'), message: z.string() }),
  z.object({ type: z.literal('sandbox:resize'), height: z.number().check(z.gte(0), z.lte(2_000)) }),
]);

const loadMs = 10_000;

/** The sandbox's card form, in a frame of the sandbox's own origin as Stripe's Elements are in Stripe's. */
export const SandboxCard = ({ sandboxUrl, onSource }: CardFormProps & { readonly sandboxUrl: string }) => {
  const frame = useRef<HTMLIFrameElement>(null);
  const [src, setSrc] = useState<string>();
  const [height, setHeight] = useState(230);
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading');
  const tellSource = useEffectEvent(onSource);

  useEffect(() => {
    const origin = new URL(sandboxUrl).origin;
    let waiting: ((card: TypedCard) => void) | undefined;
    const finish = (card: TypedCard) => {
      waiting?.(card);
      waiting = undefined;
    };
    const source = () =>
      new Promise<TypedCard>((resolve) => {
        finish({ problem: 'The card was asked for again.' });
        waiting = resolve;
        frame.current?.contentWindow?.postMessage({ type: 'sandbox:submit' }, origin);
      });
    const onMessage = (event: MessageEvent<unknown>) => {
      if (event.origin !== origin || event.source !== frame.current?.contentWindow) return;
      const parsed = message.safeParse(event.data);
      if (!parsed.success) return;
      switch (parsed.data.type) {
        case 'sandbox:ready':
          clearTimeout(late);
          setState('ready');
          tellSource(source);
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
    const late = setTimeout(() => setState('failed'), loadMs);
    // Only now: a frame in the server's page could be ready before anybody listens.
    setSrc(`${sandboxUrl}/elements/card?${new URLSearchParams({ parent: window.location.origin }).toString()}`);
    return () => {
      window.removeEventListener('message', onMessage);
      clearTimeout(late);
      finish({ problem: 'The card form was closed.' });
      tellSource(undefined);
    };
  }, [sandboxUrl]);

  return (
    // As high as the form becomes, so that nothing below it moves when it comes; its last line breaks on narrow phones.
    <div className="relative min-h-73 min-[23rem]:min-h-68" aria-busy={state === 'loading'}>
      {src !== undefined && (
        // It says how high it is, and a scrollbar of its own would change that.
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
          The card form did not load. Please load the page again; your hold is kept.
        </p>
      )}
    </div>
  );
};

/** Where a card form is about to be. */
export const CardSkeleton = () => (
  <p className="flex items-center gap-2 py-6 text-muted">
    <span className="spinner" aria-hidden="true" />
    Loading the card form…
  </p>
);
