import type { RequestHandler } from 'express';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { StripeRecord } from '../domain/records.ts';
import { checkExpand, render } from '../objects/render.ts';
import { expand, integer, name, parseParams } from '../params.ts';
import { noSuch, notFound, StripeError } from '../stripe-error.ts';
import type { Table } from '../table.ts';
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

/**
 * GET of Stripe's list object, newest first. Each parameter in `filters` selects a group of the table's rows.
 */
export const list = <Row extends StripeRecord>(
  kit: ApiKit,
  options: {
    readonly kind: Row['object'];
    readonly title: string;
    readonly url: string;
    readonly table: Table<Row>;
    readonly filters: Readonly<Record<string, (row: Row) => string>>;
  },
): RequestHandler => {
  const filters = Object.entries(options.filters);
  const schema = z.strictObject({
    ...Object.fromEntries(filters.map(([filter]) => [filter, name.optional()])),
    ...listParams,
  });
  return async (req, res) => {
    const params = parseParams(schema, req.query);
    const paths = params.expand.map((path) => {
      if (path.startsWith('data.')) return path.slice('data.'.length);
      throw new StripeError(400, { message: `This property cannot be expanded (${path}).`, param: 'expand' });
    });
    checkExpand(options.kind, paths);
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
    const applied = filters.flatMap(([filter, valueOf]) => {
      const value: unknown = Reflect.get(params, filter);
      return typeof value === 'string' ? [{ value, valueOf }] : [];
    });
    const page = options.table.page({
      limit: params.limit,
      startingAfter: params.starting_after,
      endingBefore: params.ending_before,
      group: applied[0]?.value,
      where: (row) =>
        isWithin(params.created, row.created) && applied.every(({ value, valueOf }) => valueOf(row) === value),
    });
    const body = {
      object: 'list',
      data: page.rows.map((row) => render(kit.store, row, paths)),
      has_more: page.hasMore,
      url: options.url,
    };
    reply(res, 200, JSON.stringify(body), { 'Request-Id': kit.context.newId('req') });
  };
};
