import type { z } from 'zod';
import type { Operation } from './open-api.ts';
import { malformedBodies, nested, noNumbers, noStrings, oddStrings } from './hostile-values.ts';
import type { RawRequest } from './send-raw.ts';

/** One request that a careless or malicious client might send. */
export interface Attack {
  readonly title: string;
  readonly request: RawRequest;
  /** Whether it must be refused; other requests may be accepted as harmless. */
  readonly isRefused: boolean;
  /** Whether it reaches the documented route, which returns documented statuses only. */
  readonly isOfRoute: boolean;
}

/** A valid request to a route. */
export interface Subject {
  readonly operation: Operation;
  /** The path with its parameters filled in. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

const megabyte = 1_000_000;

const json = { 'Content-Type': 'application/json' };

const contentTypes = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/jsonp',
  'application/json; charset=bogus',
  '/',
  'json',
];

/** The JSON text of `body` with `text`, JSON or not, as the member `name`. */
const withMember = (body: Readonly<Record<string, unknown>>, name: string, text: string): string =>
  `{${Object.entries({ ...body, [name]: undefined })
    .map(([key, value]) => `${JSON.stringify(key)}:${key === name ? text : JSON.stringify(value)}`)
    .join(',')}}`;

/** JSON texts that the schema of this property does not allow. */
const wrongFor = (part: z.core.JSONSchema.BaseSchema): string[] => {
  const types = [part.type ?? []].flat();
  const isNullable = types.includes('null') || (part.enum ?? []).includes(null);
  const wrong = noStrings.filter((text) => text !== 'null' || !isNullable);
  if (types.includes('string')) {
    const tooLong = part.maxLength === undefined ? [] : [JSON.stringify('x'.repeat(part.maxLength + 1))];
    const tooShort = part.minLength === undefined || part.minLength === 0 ? [] : ['""'];
    const other = part.enum === undefined && part.format === undefined ? [] : ['"something else"'];
    return [...wrong, ...tooLong, ...tooShort, ...other];
  }
  if (types.includes('number') || types.includes('integer')) {
    return [
      ...wrong.filter((text) => text !== '0' || part.minimum !== 0),
      ...noNumbers,
      '-0.01',
      '0.001',
      '1e300',
      ...(part.maximum === undefined ? [] : [`${part.maximum + 1}`]),
    ];
  }
  return [];
};

const isJsonSchema = (value: unknown): value is z.core.JSONSchema.BaseSchema =>
  typeof value === 'object' && value !== null;

/** Attacks on the body of a route. */
const bodyAttacks = ({ operation, path, body }: Subject): Attack[] => {
  const { method } = operation;
  const attack = (
    title: string,
    text: string | Uint8Array,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly isRefused?: boolean } = {},
  ): Attack => ({
    title,
    request: { method, path, headers: options.headers ?? json, body: text },
    isRefused: options.isRefused ?? true,
    isOfRoute: true,
  });

  const whole = JSON.stringify(body ?? {});
  const properties = Object.entries(operation.body?.properties ?? {});
  const required = operation.body?.required ?? [];
  return [
    ...malformedBodies.map((text) => attack(`body ${text.slice(0, 20)}`, text)),
    ...contentTypes.map((type) => attack(`content type ${type}`, whole, { headers: { 'Content-Type': type } })),
    attack('no content type', whole, { headers: {} }),
    attack('a gzip that is none', whole, { headers: { ...json, 'Content-Encoding': 'gzip' } }),
    attack('an unknown encoding', whole, { headers: { ...json, 'Content-Encoding': 'bogus' } }),
    attack('bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])),
    attack('a megabyte', JSON.stringify({ ...body, padding: 'x'.repeat(megabyte) })),
    attack('a megabyte in pieces', JSON.stringify({ ...body, padding: 'x'.repeat(megabyte) }), {
      headers: { ...json, 'Transfer-Encoding': 'chunked' },
    }),
    ...['[]', 'null', '[[]]', nested(20_000), `[${'{},'.repeat(9_999)}{}]`].map((text) =>
      attack(`body ${text.slice(0, 20)}`, text, { isRefused: required.length > 0 }),
    ),
    ...['__proto__', 'constructor', 'prototype', '$set', 'a.b', 'toString', '_id', 'id', 'version', 'userId', ''].map(
      (name) => attack(`member ${name}`, withMember(body ?? {}, name, '{"admin":true,"$gt":""}'), { isRefused: false }),
    ),
    ...required.map((name) => attack(`no ${name}`, JSON.stringify({ ...body, [name]: undefined }))),
    ...properties.flatMap(([name, part]) => [
      ...(isJsonSchema(part) ? wrongFor(part) : []).map((text) =>
        attack(`${name} is ${text.slice(0, 20)}`, withMember(body ?? {}, name, text)),
      ),
      attack(`${name} is a megabyte`, withMember(body ?? {}, name, JSON.stringify('x'.repeat(megabyte)))),
      attack(`${name} is 90 KB`, withMember(body ?? {}, name, JSON.stringify('x'.repeat(90_000)))),
      ...oddStrings.map((text) =>
        attack(`${name} is ${JSON.stringify(text).slice(0, 20)}`, withMember(body ?? {}, name, JSON.stringify(text)), {
          isRefused: false,
        }),
      ),
    ]),
  ];
};

/** Attacks on the parts of a route's path. */
const pathAttacks = ({ operation, body }: Subject): Attack[] => {
  const { method, path, pathParameters } = operation;
  const sent = body === undefined ? {} : { headers: json, body: JSON.stringify(body) };
  const texts = [
    ...oddStrings.filter((text) => text !== '').map((text) => encodeURIComponent(text.toWellFormed())),
    '%00',
    '%',
    '%zz',
    '%E0%A4%A',
    '%ED%A0%80',
    '%2e%2e%2f',
    '[$gt]=',
    '{"$gt":""}'.replaceAll('"', '%22'),
    'x'.repeat(8_000),
  ];
  return pathParameters.flatMap((name) =>
    texts.map((text) => ({
      title: `${name} is ${text.slice(0, 20)}`,
      request: { method, path: path.replace(`{${name}}`, text), ...sent },
      isRefused: true,
      // A malformed encoding is refused before routing.
      isOfRoute: false,
    })),
  );
};

/** Attacks on the query of a route. */
const queryAttacks = ({ operation, path, body }: Subject): Attack[] => {
  const { method, queryParameters } = operation;
  const sent = body === undefined ? {} : { headers: json, body: JSON.stringify(body) };
  const attack = (query: string): Attack => ({
    title: `?${query.slice(0, 30)}`,
    request: { method, path: `${path}?${query}`, ...sent },
    isRefused: false,
    isOfRoute: true,
  });
  return [
    ...['__proto__[admin]=1', 'constructor[prototype][x]=1', '[]', '%', '%zz=%zz', '&&&=&=', '$where=sleep(1000)'].map(
      attack,
    ),
    attack(Array.from({ length: 1_000 }, (_, index) => `a${index}=1`).join('&')),
    ...queryParameters.flatMap((name) => [
      ...oddStrings.map((text) => attack(`${name}=${encodeURIComponent(text.toWellFormed())}`)),
      ...['[$gt]=', '[$ne]=x', '[$regex]=.*', '[]=a', '[0]=a&', '[a][b][c]=d', '.x=1'].map((rest) =>
        attack(`${name}${rest}`),
      ),
      attack(`${name}=1&${name}=2`),
      attack(`${name}=%00`),
      attack(`${name}=%E0%A4%A`),
      attack(`${name}=${'x'.repeat(8_000)}`),
    ]),
  ];
};

/** Methods that no route has. */
const otherMethods = ['PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'LINK', 'PURGE', 'QUERY'];

const methodAttacks = ({ path, body }: Subject): Attack[] =>
  otherMethods.map((method) => ({
    title: method,
    request: { method, path, ...(body === undefined ? {} : { headers: json, body: JSON.stringify(body) }) },
    isRefused: false,
    isOfRoute: false,
  }));

/** Longer than any parser accepts. */
const longAddress = ({ operation: { method }, path }: Subject): Attack => ({
  title: 'a very long address',
  request: { method, path: `${path}?q=${'x'.repeat(100_000)}` },
  isRefused: true,
  isOfRoute: false,
});

/** All attacks on a route. */
export const attacksOn = (subject: Subject): Attack[] => [
  ...(subject.body === undefined ? [] : bodyAttacks(subject)),
  ...pathAttacks(subject),
  ...queryAttacks(subject),
  ...methodAttacks(subject),
  longAddress(subject),
];
