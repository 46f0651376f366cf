import type { Request } from 'express';
import { createHash } from 'node:crypto';
import { BadRequestError } from '../errors/index.ts';
import type { IdempotentRequest } from '../messaging/index.ts';

const header = 'Idempotency-Key';
const printable = /^[\x20-\x7e]{1,255}$/;
/** Bodies that any route accepts are flat. */
const maxDepth = 20;

/** The value with the names of its objects in order, as in RFC 8785 (https://www.rfc-editor.org/rfc/rfc8785). */
const inOrder = (value: unknown, depth = 0): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === maxDepth) throw new BadRequestError('The request body is nested too deeply');
  if (Array.isArray(value)) return value.map((item) => inOrder(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, item]) => [name, inOrder(item, depth + 1)]),
  );
};

/**
 * The request's `Idempotency-Key` with a hash of its body; undefined without one.
 * @throws BadRequestError for a malformed key.
 */
export const idempotentRequest = (req: Pick<Request, 'headersDistinct' | 'body'>): IdempotentRequest | undefined => {
  const keys = req.headersDistinct[header.toLowerCase()];
  if (keys === undefined) return undefined;
  const [key = ''] = keys;
  if (keys.length > 1 || !printable.test(key)) {
    throw new BadRequestError(`${header} must be 1 to 255 printable ASCII characters`, header);
  }
  const body = JSON.stringify(inOrder(req.body ?? {}));
  return { key, bodyHash: createHash('sha256').update(body).digest('base64') };
};
