/** One entry of the error envelope `{"errors":[…]}`; `field` names the input that broke a rule, dots for nesting. */
export interface ErrorEntry {
  readonly message: string;
  readonly field?: string;
}

/** An error that knows the HTTP status and the words it is answered with. */
export abstract class CustomError extends Error {
  abstract readonly statusCode: number;
  /** Seconds after which a retry makes sense, sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined = undefined;

  override get name(): string {
    return this.constructor.name;
  }

  serializeErrors(): ErrorEntry[] {
    return [{ message: this.message }];
  }
}
