import { BadRequestError } from '@ticketing/common/errors';

/** 400: what a caller gives to sign in is wrong. */
export class InvalidCredentialsError extends BadRequestError {
  override readonly securityEvent = 'sign_in_failed';

  constructor() {
    super('Invalid credentials');
  }
}
