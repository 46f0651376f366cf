import { z } from 'zod';
import { isCurrency } from './domain/amounts.ts';
import { StripeError } from './stripe-error.ts';

/** Parameters arrive as text (form or query), nested by brackets; these schemas parse them as Stripe does. */
const refused = (code: string) => ({ params: { code } });

/** Text that must not be empty: an id, a token. */
export const name = z
  .string()
  .max(5000)
  .refine((value) => value !== '', {
    error:
      'You passed an empty string. We assume empty values are an attempt to unset a parameter; however this parameter cannot be unset.',
    ...refused('parameter_invalid_empty'),
  });

/** Where a page of the sandbox leads back to. */
export const returnUrl = name.refine((value) => /^https?:\/\//i.test(value) && URL.canParse(value), {
  error: 'Not a valid URL',
  ...refused('url_invalid'),
});

/** Optional text; an empty value unsets it. */
export const text = z
  .string()
  .max(5000, 'Invalid string: must be at most 5000 characters')
  .transform((value) => (value === '' ? null : value));

export const integer = (range: { readonly min: number; readonly max: number }) =>
  z
    .string()
    .refine((value) => /^-?\d{1,15}$/.test(value), {
      error: (issue) => `Invalid integer: ${String(issue.input)}`,
      ...refused('parameter_invalid_integer'),
      abort: true,
    })
    .transform(Number)
    .refine((value) => value >= range.min, {
      error: `This value must be greater than or equal to ${range.min}.`,
      ...refused('parameter_invalid_integer'),
      abort: true,
    })
    .refine((value) => value <= range.max, {
      error: `This value must be less than or equal to ${range.max}.`,
      ...refused('parameter_invalid_integer'),
    });

export const flag = z
  .enum(['true', 'false'], { error: (issue) => `Invalid boolean: ${String(issue.input)}` })
  .transform((value) => value === 'true');

export const currency = z
  .string()
  .transform((value) => value.toLowerCase())
  .refine(isCurrency, { error: (issue) => `Invalid currency: ${String(issue.input)}` });

const list = z.union([z.array(z.string()), z.string().transform((value) => [value])]);

/** `expand[]=latest_charge` */
export const expand = list.optional().transform((paths) => paths ?? []);

/** Only cards are supported; callers may say so with this parameter. */
export const cardOnly = list.refine((types) => types.every((type) => type === 'card'), {
  error: 'The sandbox accepts the payment method type card only.',
});

/** At most 50 keys; an empty value unsets its key. `metadata[0]=x` arrives as an array. */
export const metadata = z
  .union([
    z.record(z.string(), z.string()),
    z.array(z.string()).transform((values) => Object.fromEntries(values.map((value, index) => [String(index), value]))),
    z.literal('').transform((): Record<string, string> => ({})),
  ])
  .refine((pairs) => Object.keys(pairs).length <= 50, 'Metadata can have up to 50 keys.')
  .refine((pairs) => Object.keys(pairs).every((key) => key.length <= 40), 'Metadata keys can have up to 40 characters.')
  .refine(
    (pairs) => Object.values(pairs).every((value) => value.length <= 500),
    'Metadata values can have up to 500 characters.',
  );

/** `given` merged into `current`; keys with an empty value are removed. */
export const mergedMetadata = (
  current: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>> | undefined,
): Record<string, string> =>
  given === undefined
    ? { ...current }
    : Object.fromEntries(Object.entries({ ...current, ...given }).filter(([, value]) => value !== ''));

const bracketed = (path: readonly PropertyKey[]): string => {
  const [first, ...rest] = path.map(String);
  return `${first ?? ''}${rest.map((step) => `[${step}]`).join('')}`;
};

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    input,
  );

/**
 * Parses all parameters of a request. Like Stripe, it refuses unknown ones.
 * @throws StripeError 400 that names the first wrong parameter.
 */
export const parseParams = <T>(schema: z.ZodType<T>, input: unknown): T => {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue === undefined) throw new StripeError(400, { message: 'Invalid request.' });
  if (issue.code === 'unrecognized_keys') {
    const param = bracketed([...issue.path, issue.keys[0] ?? '']);
    throw new StripeError(400, {
      code: 'parameter_unknown',
      message: `Received unknown parameter: ${param}`,
      param,
    });
  }
  const param = bracketed(issue.path);
  if (valueAt(input, issue.path) === undefined) {
    throw new StripeError(400, {
      code: 'parameter_missing',
      message: `Missing required param: ${param}.`,
      param,
    });
  }
  const code: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  throw new StripeError(400, {
    ...(typeof code === 'string' ? { code } : {}),
    message: issue.message,
    ...(param === '' ? {} : { param }),
  });
};
