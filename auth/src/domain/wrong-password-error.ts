import { BadRequestError } from '@ticketing/common/errors';

/** 400: a signed-in user has not given the account's password. */
export class WrongPasswordError extends BadRequestError {
  override readonly securityEvent = 'sign_in_failed';

  constructor(field: string) {
    super('Password is wrong', field);
  }
}
