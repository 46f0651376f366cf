import type { Turnstile } from './turnstile.ts';

/** A process dies at its next call of `call`: before the other system receives it, or before its response is used. */
export interface Crash<Call extends string = string> {
  readonly when: 'before' | 'after';
  readonly call: Call;
}

export type RemoteCalls = ReturnType<typeof createRemoteCalls>;

/** Calls of another system, such as Stripe: they wait for their turn at the turnstile, and their process may die. */
export const createRemoteCalls = (turnstile: Turnstile) => {
  const state: { crash: Crash | undefined } = { crash: undefined };
  const running = new Map<string | symbol, number>();
  const most = new Map<string | symbol, number>();

  const through = async (call: () => Promise<unknown>, name: string | symbol): Promise<unknown> => {
    const count = (running.get(name) ?? 0) + 1;
    running.set(name, count);
    most.set(name, Math.max(most.get(name) ?? 0, count));
    const crash = state.crash?.call === name ? state.crash : undefined;
    if (crash !== undefined) state.crash = undefined;
    try {
      if (crash?.when === 'before') throw new Error('died');
      const result = await turnstile.pass(call);
      if (crash?.when === 'after') throw new Error('died');
      return result;
    } finally {
      running.set(name, (running.get(name) ?? 0) - 1);
    }
  };

  return {
    /** The same client, with these of its methods gated. */
    gate: <Client extends object>(client: Client, calls: readonly string[]): Client =>
      turnstile.gate(client, new Set(calls), through),
    /** The crash happens once, in the process that reaches the call first. */
    arm: (crash: Crash | undefined): void => {
      state.crash = crash;
    },
    /** Most concurrent calls of this name since the last reset, those that wait for their turn included. */
    mostConcurrent: (call: string): number => most.get(call) ?? 0,
    reset: (): void => {
      state.crash = undefined;
      running.clear();
      most.clear();
    },
  };
};
