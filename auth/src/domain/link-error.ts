import { BadRequestError } from '@ticketing/common/errors';

/** 400: a link that is forged, used, expired, or replaced by a newer one. */
export class LinkError extends BadRequestError {
  constructor() {
    super('This link is no longer valid');
  }
}
