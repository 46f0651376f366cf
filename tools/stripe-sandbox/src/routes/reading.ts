import type { Request, RequestHandler } from 'express';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { StripeRecord } from '../domain/records.ts';
import { checkExpand, render } from '../objects/render.ts';
import { expand, integer, name, parseParams } from '../params.ts';
import { noSuch, notFound, StripeError } from '../stripe-error.ts';
import type { Pages } from '../table.ts';
import type { ApiKit } from './api-kit.ts';
import { reply } from './reply.ts';

const seconds = integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).optional();

const created = z
  .union([
    integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).transform((at) => ({ gte: at, lte: at })),
    z.strictObject({ gt: seconds, gte: seconds, lt: seconds, lte: seconds }),
  ])
  .optional();

const listParams = {
  created,
  ending_before: name.optional(),
  expand,
  limit: integer({ min: 1, max: 100 }).prefault('10'),
  starting_after: name.optional(),
};

const isWithin = (bounds: z.infer<typeof created>, at: number): boolean => {
  if (bounds === undefined) return true;
  const { gt, gte, lt, lte } = { gt: undefined, lt: undefined, ...bounds };
  return (
    (gt === undefined || at > gt) &&
    (gte === undefined || at >= gte) &&
    (lt === undefined || at < lt) &&
    (lte === undefined || at <= lte)
  );
};

const slow = async (kit: ApiKit): Promise<void> => {
  const { delayMs } = kit.behaviour.current();
  if (delayMs > 0) await wait(delayMs);
};

const readOne = z.strictObject({ expand });

/** GET of one object. `param` is Stripe's name of the id in a 404. */
export const retrieve =
  (
    kit: ApiKit,
    kind: StripeRecord['object'],
    names: { readonly title: string; readonly param: string },
    find: (id: string) => StripeRecord | undefined,
  ): RequestHandler =>
  async (req, res) => {
    const params = parseParams(readOne, req.query);
    checkExpand(kind, params.expand);
    await slow(kit);
    const { id } = req.params;
    const text = typeof id === 'string' ? id : '';
    const found = find(text);
    if (found === undefined) throw notFound(names.title, text, names.param);
    reply(res, 200, JSON.stringify(render(kit.store, found, params.expand)), {
      'Request-Id': kit.context.newId('req'),
    });
  };

/** Selects rows of a list by a parameter. */
interface Filter<Row> {
  readonly schema: z.ZodType<string | readonly string[]>;
  readonly matches: (row: Row, value: string | readonly string[]) => boolean;
  /** Whether the value is a group of the table, which is read instead of the whole table. */
  readonly isGroup: boolean;
}

/** Rows of the group that the parameter names. */
export const equals = <Row>(valueOf: (row: Row) => string | null): Filter<Row> => ({
  schema: name,
  matches: (row, value) => valueOf(row) === value,
  isGroup: true,
});

/** Rows whose value is like the parameter, in which `*` stands for any text. */
export const pattern = <Row>(valueOf: (row: Row) => string): Filter<Row> => ({
  schema: name,
  matches: (row, value) => {
    const [start = '', ...rest] = String(value).split('*');
    const end = rest.at(-1);
    const text = valueOf(row);
    return end === undefined ? text === start : text.startsWith(start) && text.endsWith(end);
  },
  isGroup: false,
});

/** Rows whose value the parameter lists. */
export const oneOf = <Row>(valueOf: (row: Row) => string): Filter<Row> => ({
  schema: z.array(name).max(20),
  matches: (row, value) => value.includes(valueOf(row)),
  isGroup: false,
});

interface ListOptions<Row> {
  readonly title: string;
  readonly url: string;
  readonly table: Pages<Row>;
  readonly filters: Readonly<Record<string, Filter<Row>>>;
  /** Whether only rows of the group that the id in the path names are listed. */
  readonly isNested?: true;
  /** The rows that a request may see; all by default. */
  readonly seen?: (req: Request) => (row: Row) => boolean;
  /** Prepares the list for a request with these `expand` paths, and returns how a row is shown. */
  readonly show: (expandPaths: readonly string[]) => (row: Row) => unknown;
}

/** GET of Stripe's list object, newest first. */
export const list = <Row extends { readonly created: number }>(
  kit: ApiKit,
  options: ListOptions<Row>,
): RequestHandler => {
  const filters = Object.entries(options.filters);
  const schema = z.strictObject({
    ...Object.fromEntries(filters.map(([filter, { schema: value }]) => [filter, value.optional()])),
    ...listParams,
  });
  return async (req, res) => {
    const params = parseParams(schema, req.query);
    const paths = params.expand.map((path) => {
      if (path.startsWith('data.')) return path.slice('data.'.length);
      throw new StripeError(400, { message: `This property cannot be expanded (${path}).`, param: 'expand' });
    });
    const show = options.show(paths);
    for (const cursor of ['starting_after', 'ending_before'] as const) {
      const id = params[cursor];
      if (id !== undefined && options.table.get(id) === undefined) throw noSuch(options.title, id, cursor);
    }
    if (params.starting_after !== undefined && params.ending_before !== undefined) {
      throw new StripeError(400, {
        message: 'You can only specify one of these parameters: ending_before, starting_after.',
      });
    }
    await slow(kit);
    const applied = filters.flatMap(([filter, { schema: value, matches, isGroup }]) => {
      const given = value.safeParse(Reflect.get(params, filter));
      return given.success ? [{ given: given.data, matches, isGroup }] : [];
    });
    const { isNested } = options;
    const isSeen = options.seen?.(req) ?? (() => true);
    const { id: parent } = req.params;
    const page = options.table.page({
      limit: params.limit,
      startingAfter: params.starting_after,
      endingBefore: params.ending_before,
      group:
        isNested === true && typeof parent === 'string'
          ? parent
          : applied.flatMap(({ given, isGroup }) => (isGroup ? [String(given)] : []))[0],
      where: (row) =>
        isWithin(params.created, row.created) &&
        applied.every(({ given, matches }) => matches(row, given)) &&
        isSeen(row),
    });
    const body = {
      object: 'list',
      data: page.rows.map(show),
      has_more: page.hasMore,
      url: options.url.replace(':id', String(parent)),
    };
    reply(res, 200, JSON.stringify(body), { 'Request-Id': kit.context.newId('req') });
  };
};

/** The list of a table of records. */
export const listRecords = <Row extends StripeRecord>(
  kit: ApiKit,
  { kind, ...options }: Omit<ListOptions<Row>, 'show'> & { readonly kind: Row['object'] },
): RequestHandler =>
  list<Row>(kit, {
    ...options,
    show: (paths) => {
      checkExpand(kind, paths);
      return (row) => render(kit.store, row, paths);
    },
  });
