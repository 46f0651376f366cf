import { BadRequestError } from '@ticketing/common/errors';

/** 400: a webhook event that Stripe has not signed. */
export class BadSignatureError extends BadRequestError {
  override readonly securityEvent = 'bad_signature';

  constructor() {
    super('Bad signature');
  }
}
