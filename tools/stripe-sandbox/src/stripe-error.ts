export interface ErrorDetails {
  readonly message: string;
  readonly type?: 'invalid_request_error' | 'idempotency_error' | 'card_error' | 'api_error';
  readonly code?: string;
  readonly param?: string;
  /** Further members of the error object, such as the PaymentIntent. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A response in Stripe's error shape. */
export class StripeError extends Error {
  readonly status: number;
  readonly body: { readonly error: Readonly<Record<string, unknown>> };
  /** Whether the SDK should retry; undefined leaves it to the SDK's own rules. */
  readonly shouldRetry: boolean | undefined;

  constructor(status: number, details: ErrorDetails, shouldRetry?: boolean) {
    super(details.message);
    this.name = 'StripeError';
    this.status = status;
    this.shouldRetry = shouldRetry;
    this.body = {
      error: {
        ...(details.code === undefined ? {} : { code: details.code, doc_url: docUrl(details.code) }),
        ...details.extra,
        message: details.message,
        ...(details.param === undefined ? {} : { param: details.param }),
        type: details.type ?? 'invalid_request_error',
      },
    };
  }
}

export const docUrl = (code: string): string => `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;

/** The object in the path does not exist. */
export const notFound = (what: string, id: string, param: string): StripeError =>
  new StripeError(404, { code: 'resource_missing', message: `No such ${what}: '${id}'`, param });

/** A parameter names an object that does not exist. */
export const noSuch = (what: string, id: string, param: string): StripeError =>
  new StripeError(400, { code: 'resource_missing', message: `No such ${what}: '${id}'`, param });

export const unexpectedState = (message: string, paymentIntent: unknown): StripeError =>
  new StripeError(400, {
    code: 'payment_intent_unexpected_state',
    message,
    extra: { payment_intent: paymentIntent },
  });

/** Another request works on the same object. Stripe tells its SDKs to retry. */
export const lockTimeout = (): StripeError =>
  new StripeError(
    429,
    {
      code: 'lock_timeout',
      message:
        'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request.',
    },
    true,
  );
