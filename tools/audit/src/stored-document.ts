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

const oneLine = (value: Scalar): string => String(value).replaceAll(/\s+/g, ' ');

/** Those of these fields that the document has, on one line. */
export const describeFields = (document: StoredDocument, paths: readonly string[]): string =>
  paths
    .flatMap((path) => {
      const value = valueAt(document, path);
      return isScalar(value) ? [`${path}=${oneLine(value)}`] : [];
    })
    .join(' ');

/** Not what happened to the document, or as often as it is read. */
const ignored = new Set(['outbox', 'creation', 'mail', 'lease', 'moneyReadAt', 'changedAt']);

/** What else is said of the part of a document that has a time: nothing that is secret. */
const said = ['status', 'reason', 'amount', 'id', 'by', 'number', 'failing', 'failures'];

/** Every time in the document, also of its parts, with the name of its field. Copies have their times as text and are left out. */
export const timesOf = (document: StoredDocument): { readonly at: Date; readonly text: string }[] =>
  timesIn(document, '');

const timesIn = (value: object, path: string): { readonly at: Date; readonly text: string }[] =>
  Object.entries(value).flatMap(([name, field]) => {
    if (ignored.has(name)) return [];
    const text = `${path}${name}`;
    if (field instanceof Date) return [{ at: field, text: path === '' ? text : `${text}${describe(value)}` }];
    if (Array.isArray(field)) return field.filter(isObject).flatMap((item) => timesIn(item, `${text}.`));
    return isObject(field) ? timesIn(field, `${text}.`) : [];
  });

const describe = (part: object): string => {
  const words = Object.entries(part).flatMap(([name, value]) =>
    said.includes(name) && isScalar(value) ? [`${name}=${oneLine(value)}`] : [],
  );
  return words.length === 0 ? '' : ` (${words.join(' ')})`;
};
