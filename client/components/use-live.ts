'use client';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { Failure, Success } from '../lib/api/api.ts';
import { follow, type Following, type LiveSource } from '../lib/live/follow.ts';

interface LiveOptions<State> {
  /** What the server has rendered. */
  readonly rendered: State;
  readonly source: () => Promise<LiveSource<State>>;
  readonly isOlder: (state: State, than: State) => boolean;
  readonly isFinal: (state: State) => boolean;
  readonly pollMs: (state: State, quietMs: number) => number | undefined;
  readonly onRead?: (response: Success<State>) => void;
}

const ignore = () => undefined;

/**
 * Follows a thing while somebody looks at its page. A page that nobody sees has no stream: a browser opens only six connections to
 * a host by HTTP/1.1, and with more pages than that open no form could be sent.
 */
export const useLive = <State>(options: LiveOptions<State>) => {
  const { rendered, onRead } = options;
  const [state, setState] = useState(rendered);
  const [failure, setFailure] = useState<Failure>();
  const following = useRef<Following>(undefined);

  const begin = useEffectEvent(async (): Promise<Following> => {
    const { isOlder, isFinal, pollMs } = options;
    return follow({
      source: await options.source(),
      shown: rendered,
      isOlder,
      isFinal,
      pollMs,
      readsAtStart: onRead !== undefined,
      onRead: onRead ?? ignore,
      onState: (newest) => {
        setState(newest);
        setFailure(undefined);
      },
      onFailure: setFailure,
    });
  });

  useEffect(() => {
    let isCurrent = true;
    const showOrHide = () => {
      if (document.visibilityState === 'visible') following.current?.start();
      else following.current?.stop();
    };
    const run = async () => {
      const begun = await begin();
      if (!isCurrent) return;
      following.current = begun;
      showOrHide();
    };
    // The code could not be loaded: the page stays as the server has rendered it.
    run().catch(ignore);
    document.addEventListener('visibilitychange', showOrHide);
    return () => {
      isCurrent = false;
      following.current?.stop();
      following.current = undefined;
      document.removeEventListener('visibilitychange', showOrHide);
    };
  }, []);

  return {
    state: options.isOlder(state, rendered) ? rendered : state,
    failure,
    refresh: () => following.current?.refresh(),
  };
};
