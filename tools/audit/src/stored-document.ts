import { moneyText } from './money-text.ts';

/** A document as some release of a service has stored it: nothing but its id is certain. */
export interface StoredDocument {
  readonly _id: string;
  readonly [field: string]: unknown;
}

type Scalar = string | number | boolean;

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value);

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** The value at a dotted path in a document or a part of one. */
export const valueAt = (part: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, name) => (isObject(value) ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined),
      part,
    );

const amounts = new Set(['price', 'amount', 'fee', 'left', 'owed', 'losses', 'sent']);

/** A field on one line, money with its currency. */
const describeField = (name: string, value: Scalar, currency: unknown): string => {
  const isMoney = typeof value === 'number' && amounts.has(name);
  return `${name}=${isMoney ? moneyText(value, currency) : String(value).replaceAll(/\s+/g, ' ')}`;
};

/** Those of these fields that the document has, on one line. */
export const describeFields = (document: StoredDocument, paths: readonly string[]): string =>
  paths
    .flatMap((path) => {
      const value = valueAt(document, path);
      return isScalar(value) ? [describeField(path, value, document['currency'])] : [];
    })
    .join(' ');

/** Not what happened to the document, or as often as it is read. */
const ignored = new Set(['outbox', 'creation', 'mail', 'lease', 'moneyReadAt', 'changedAt']);

/** What else is said of the part of a document that has a time: nothing that is secret. */
const said = ['status', 'reason', 'amount', 'id', 'by', 'number', 'failing', 'failures'];

/** Every time in the document, also of its parts, with the name of its field. Copies have their times as text and are left out. */
export const timesOf = (document: StoredDocument): { readonly at: Date; readonly text: string }[] =>
  timesIn(document, '', document['currency']);

const timesIn = (value: object, path: string, currency: unknown): { readonly at: Date; readonly text: string }[] =>
  Object.entries(value).flatMap(([name, field]) => {
    if (ignored.has(name)) return [];
    const text = `${path}${name}`;
    if (field instanceof Date) return [{ at: field, text: path === '' ? text : `${text}${describe(value, currency)}` }];
    if (Array.isArray(field)) return field.filter(isObject).flatMap((item) => timesIn(item, `${text}.`, currency));
    return isObject(field) ? timesIn(field, `${text}.`, currency) : [];
  });

const describe = (part: object, currency: unknown): string => {
  const words = Object.entries(part).flatMap(([name, value]) =>
    said.includes(name) && isScalar(value) ? [describeField(name, value, currency)] : [],
  );
  return words.length === 0 ? '' : ` (${words.join(' ')})`;
};
