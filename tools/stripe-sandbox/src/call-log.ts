const maxCalls = 1_000;
const maxPathLength = 500;

interface Call {
  /** ISO 8601 */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey?: string;
}

export interface CallLog {
  add(call: { readonly method: string; readonly path: string; readonly idempotencyKey: string | undefined }): void;
  /** Newest first. */
  list(): readonly Call[];
}

/** The last calls of Stripe's API, in memory: a restart forgets them. */
export const createCallLog = (now: () => Date): CallLog => {
  const calls: Call[] = [];
  return {
    add: ({ method, path, idempotencyKey }) => {
      calls.push({
        at: now().toISOString(),
        method,
        path: path.slice(0, maxPathLength),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey: idempotencyKey.slice(0, 255) }),
      });
      if (calls.length > maxCalls) calls.shift();
    },
    list: () => calls.toReversed(),
  };
};
