import type { RequestHandler } from 'express';
import { isUtf8 } from 'node:buffer';
import { BadRequestError } from '../errors/index.ts';

// Text that is not well-formed would be stored with U+FFFD in place of what was sent.

const malformedJson = (): BadRequestError => new BadRequestError('Malformed JSON');

/** For `express.json`: JSON is UTF-8 (RFC 8259). */
export const verifyUtf8 = (_req: unknown, _res: unknown, body: Buffer): void => {
  if (!isUtf8(body)) throw malformedJson();
};

/** Whether no text in a JSON value, names included, has half of a surrogate pair, which an escape can write. */
const isWellFormed = (json: unknown): boolean => {
  const values = [json];
  // Without recursion, since a body may be nested deeply.
  for (const value of values) {
    if (typeof value === 'string' && !value.isWellFormed()) return false;
    if (typeof value === 'object' && value !== null) for (const entry of Object.entries(value)) values.push(...entry);
  }
  return true;
};

const isEncodedUtf8 = (text: string): boolean => {
  try {
    for (const [bytes] of text.matchAll(/(?:%[0-9a-f]{2})+/gi)) decodeURIComponent(bytes);
    return true;
  } catch {
    return false;
  }
};

/** Refuses parsed bodies and queries whose text is not well-formed. */
export const requireWellFormed: RequestHandler = (req, _res, next) => {
  if (!Buffer.isBuffer(req.body) && !isWellFormed(req.body)) throw malformedJson();
  if (!isEncodedUtf8(req.url)) throw new BadRequestError('Malformed request');
  next();
};
