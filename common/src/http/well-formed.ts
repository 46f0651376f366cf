import type { RequestHandler } from 'express';
import { isUtf8 } from 'node:buffer';
import { BadRequestError } from '../errors/index.ts';

// Text that is not well-formed would be stored with U+FFFD in place of what was sent.

const malformedJson = (): BadRequestError => new BadRequestError('Malformed JSON');

/** Requests whose bodies may have half of a surrogate pair: an escape writes one, UTF-8 itself cannot. */
const withSurrogates = new WeakSet<object>();

const surrogateEscapes = [String.raw`\ud`, String.raw`\uD`];

/** For `express.json`: JSON is UTF-8 (RFC 8259). */
export const verifyUtf8 = (req: object, _res: unknown, body: Buffer, encoding: string): void => {
  if (!isUtf8(body)) throw malformedJson();
  if (encoding !== 'utf-8' || surrogateEscapes.some((escape) => body.includes(escape))) withSurrogates.add(req);
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
  if (!text.includes('%')) return true;
  try {
    for (const [bytes] of text.matchAll(/(?:%[0-9a-f]{2})+/gi)) decodeURIComponent(bytes);
    return true;
  } catch {
    return false;
  }
};

/** Refuses parsed bodies and queries whose text is not well-formed. */
export const requireWellFormed: RequestHandler = (req, _res, next) => {
  // Values are checked only if an escape makes it necessary: a body may have tens of thousands of them.
  if (withSurrogates.has(req) && !isWellFormed(req.body)) throw malformedJson();
  if (!isEncodedUtf8(req.url)) throw new BadRequestError('Malformed request');
  next();
};
