import { BadRequestError } from '@ticketing/common/errors';

/** Of one account. */
export const maxPasskeys = 20;

/** 400: the account has as many passkeys as it may have. */
export class TooManyPasskeysError extends BadRequestError {
  constructor() {
    super(`You already have ${maxPasskeys} passkeys`);
  }
}
