import { BadRequestError, type SecurityEvent } from '@ticketing/common/errors';

/** 400: what a caller gives to sign in is wrong. */
export class InvalidCredentialsError extends BadRequestError {
  override readonly securityEvent: SecurityEvent = 'sign_in_failed';

  constructor() {
    super('Invalid credentials');
  }
}

/** 400: the credentials are right, and an operator has suspended the account. */
export class AccountSuspendedError extends BadRequestError {
  override readonly securityEvent: SecurityEvent = 'sign_in_failed';

  constructor() {
    super('This account is suspended. Contact us if you think that this is a mistake.');
  }
}

/** The count of a passkey's signatures has gone back: another authenticator has a copy of its key. */
export class ClonedPasskeyError extends InvalidCredentialsError {
  override readonly securityEvent = 'passkey_cloned';
  override readonly userId: string;

  constructor(userId: string) {
    super();
    this.userId = userId;
  }
}
