import type { SecurityEvent } from './security-event.ts';

/** One entry of the error envelope `{"errors":[…]}`; `field` is the invalid field of the input, with dots for nesting. */
export interface ErrorEntry {
  readonly message: string;
  readonly field?: string;
}

/** An error with the HTTP status and the messages of its response. */
export abstract class CustomError extends Error {
  abstract readonly statusCode: number;
  /** Seconds to wait before a retry, sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined = undefined;
  /** What the security log records when the error is sent. */
  readonly securityEvent: SecurityEvent | undefined = undefined;
  /** The user whom that concerns; that of the session by default. */
  readonly userId: string | undefined = undefined;

  override get name(): string {
    return this.constructor.name;
  }

  serializeErrors(): ErrorEntry[] {
    return [{ message: this.message }];
  }
}
