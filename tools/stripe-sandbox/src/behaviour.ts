import { z } from 'zod';

export const failures = ['network_before_charge', 'network_after_charge', 'http_500', 'http_429', 'timeout'] as const;

export type Failure = (typeof failures)[number];

const delay = { min: 0, max: 60_000 } as const;

/** Body of POST /sandbox/behaviour; omitted keys are unchanged. */
export const behaviourPatch = z.strictObject({
  delayMs: z.int().min(delay.min).max(delay.max).optional(),
  failNext: z.enum(failures).nullable().optional(),
  webhooks: z.enum(['on', 'off']).optional(),
});

export interface Behaviour {
  current(): { readonly delayMs: number; readonly failNext: Failure | null; readonly webhooks: 'on' | 'off' };
  change(patch: z.infer<typeof behaviourPatch>): void;
  /** Returns the failure for the call that is about to charge a card, and resets it. */
  takeFailure(): Failure | null;
}

/** Faults that tests switch on. Not stored: a restart resets them. */
export const createBehaviour = (): Behaviour => {
  let delayMs = 0;
  let failNext: Failure | null = null;
  let webhooks: 'on' | 'off' = 'on';
  return {
    current: () => ({ delayMs, failNext, webhooks }),
    change: (patch) => {
      delayMs = patch.delayMs ?? delayMs;
      failNext = patch.failNext === undefined ? failNext : patch.failNext;
      webhooks = patch.webhooks ?? webhooks;
    },
    takeFailure: () => {
      const taken = failNext;
      failNext = null;
      return taken;
    },
  };
};
