import { CustomError, type ErrorEntry } from './custom-error.ts';

/** 400: the input does not match its schema; one entry per violation. */
export class RequestValidationError extends CustomError {
  readonly statusCode = 400;
  readonly entries: readonly ErrorEntry[];

  constructor(entries: readonly ErrorEntry[]) {
    super('Invalid request');
    this.entries = entries;
  }

  override serializeErrors(): ErrorEntry[] {
    return [...this.entries];
  }
}

/** 400: a business rule refuses the request. */
export class BadRequestError extends CustomError {
  readonly statusCode = 400;
  readonly field: string | undefined;

  constructor(message: string, field?: string) {
    super(message);
    this.field = field;
  }

  override serializeErrors(): ErrorEntry[] {
    return [{ message: this.message, ...(this.field === undefined ? {} : { field: this.field }) }];
  }
}

/** 401: not signed in, or not the owner. */
export class NotAuthorizedError extends CustomError {
  readonly statusCode = 401;

  constructor(message = 'Not authorized') {
    super(message);
  }
}

/** 403: a browser made the request for another site. */
export class ForbiddenError extends CustomError {
  readonly statusCode = 403;
  override readonly securityEvent = 'cross_site';

  constructor(message = 'Requests from other sites are refused') {
    super(message);
  }
}

/** 403: the request came by plain http to a site that is https. */
export class PlainHttpError extends CustomError {
  readonly statusCode = 403;

  constructor(message = 'Use https') {
    super(message);
  }
}

/** 404: no such resource, no such route, or a malformed id. */
export class NotFoundError extends CustomError {
  readonly statusCode = 404;

  constructor(message = 'Not Found') {
    super(message);
  }
}

/** 409: the resource has changed meanwhile; the caller should read it again and retry. */
export class ConflictError extends CustomError {
  readonly statusCode = 409;
}

/** 413: the body is larger than the limit. */
export class PayloadTooLargeError extends CustomError {
  readonly statusCode = 413;

  constructor(message = 'The request body is too large') {
    super(message);
  }
}

/** 415: the body has a content type that the route does not accept. */
export class UnsupportedMediaTypeError extends CustomError {
  readonly statusCode = 415;

  constructor(message = 'The request body must be application/json') {
    super(message);
  }
}

/** 422: an `Idempotency-Key` was used before with another body. */
export class UnprocessableError extends CustomError {
  readonly statusCode = 422;

  constructor(message = 'This Idempotency-Key was used before with another body') {
    super(message);
  }
}

/** 429: the rate limit `limit` is exceeded for another `retryAfterSeconds`. */
export class TooManyRequestsError extends CustomError {
  readonly statusCode = 429;
  override readonly securityEvent = 'limited';
  override readonly retryAfterSeconds: number;
  readonly limit: string | undefined;

  constructor(retryAfterSeconds: number, limit?: string) {
    super('Too many requests, please try again later');
    this.retryAfterSeconds = retryAfterSeconds;
    this.limit = limit;
  }
}

/** 503: a backing service is unreachable. The outcome of the request may be unknown; reading the resource shows it. */
export class ServiceUnavailableError extends CustomError {
  readonly statusCode = 503;
  override readonly retryAfterSeconds = 1;

  constructor(message = 'The service is temporarily unavailable, please try again', options?: ErrorOptions) {
    super(message);
    if (options?.cause !== undefined) this.cause = options.cause;
  }
}

/** 503: the service's own database is unreachable. */
export class DatabaseConnectionError extends ServiceUnavailableError {
  constructor(options?: ErrorOptions) {
    super('The database is temporarily unavailable, please try again', options);
  }
}
