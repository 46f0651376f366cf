'use client';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { formatCountdown, secondsLeft, serverTime, speakCountdown, type ClockReading } from '../lib/server-clock.ts';

const tickMs = 200;

/** Seconds until `deadline` by the server's clock; `now` is the server's time when it rendered the page. */
export const useSecondsLeft = (options: {
  readonly deadline: number;
  readonly now: number;
  readonly clock: ClockReading;
  readonly onZero: () => void;
}): number => {
  const { deadline, now, clock } = options;
  const [left, setLeft] = useState(() => secondsLeft(deadline, now));
  const onZero = useEffectEvent(options.onZero);
  // Kept when a response corrects the clock: `onZero` polls, and would be called by each response otherwise.
  const before = useRef(Number.POSITIVE_INFINITY);
  useEffect(() => {
    const tick = () => {
      const seconds = secondsLeft(deadline, serverTime(clock, performance.now()));
      setLeft(seconds);
      if (seconds === 0 && before.current > 0) onZero();
      before.current = seconds;
    };
    tick();
    const timer = setInterval(tick, tickMs);
    return () => clearInterval(timer);
  }, [deadline, clock]);
  return left;
};

/** Seconds left at which a screen reader announces the time, instead of every second. */
const announcedAt = [300, 120, 60, 30, 10];

/** The time left of a hold. */
export const Countdown = ({ seconds, until }: { readonly seconds: number; readonly until: string }) => (
  <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-1">
    <div>
      <p className="text-sm">Yours for another</p>
      <p className="text-5xl font-bold tracking-tight tabular-nums" role="timer" data-testid="countdown">
        {formatCountdown(seconds)}
      </p>
    </div>
    <p className="pb-1 text-sm sm:text-right">
      <span className="block">{`Until ${until}.`}</span>
      <span className="block">Nobody else can buy it meanwhile.</span>
    </p>
    <p className="sr-only" role="status">
      {announcedAt.includes(seconds) ? `${speakCountdown(seconds)} left` : ''}
    </p>
  </div>
);
