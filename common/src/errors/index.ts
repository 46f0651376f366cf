export { CustomError } from './custom-error.ts';
export {
  BadRequestError,
  ConflictError,
  DatabaseConnectionError,
  ForbiddenError,
  NotAuthorizedError,
  NotFoundError,
  PayloadTooLargeError,
  PlainHttpError,
  RequestValidationError,
  ServiceUnavailableError,
  TooManyRequestsError,
  UnprocessableError,
  UnsupportedMediaTypeError,
} from './http-errors.ts';
export { errorsShape } from './errors-shape.ts';
export { securityEvents } from './security-event.ts';
export type { SecurityEvent } from './security-event.ts';
