import { expect, test } from '@jest/globals';
import { RequestValidationError } from '@ticketing/common/errors';
import { currencyOf } from '@ticketing/common/money';
import { parse as parseQuery } from 'node:querystring';
import { z } from 'zod';
import { listQuery, queryReader } from './list-query.ts';

/** Reads queries by their text, and says how many were checked. */
const openReader = (maxBytes?: number) => {
  const checked: unknown[] = [];
  const schema = z.object(listQuery(currencyOf('usd'))).transform((query) => {
    checked.push(query);
    return query;
  });
  const reader = queryReader('/api/tickets', schema, maxBytes);
  const read = (text: string) =>
    reader({ url: text === '' ? '/api/tickets' : `/api/tickets?${text}`, query: parseQuery(text) });
  return { checked, read, reader };
};

test('When a query was read before, then it is not checked again', () => {
  const { checked, read } = openReader();
  for (const text of ['', 'q=a&page=2', '', 'q=a&page=2', 'page=2&q=a']) read(text);
  expect(checked).toHaveLength(3);
  expect(read('').query).toMatchObject({ page: 1, limit: 20, sort: 'newest' });
  expect(read('q=a&page=2').query).toMatchObject({ q: 'a', page: 2 });
  expect(checked).toHaveLength(3);
});

test('When queries mean the same, then their pages have the same key, and those of others have another', () => {
  const { read } = openReader();
  const { key } = read('limit=3');
  for (const text of ['x=1&limit=3', 'sort=newest&category=&limit=3', 'limit=3&page=1'])
    expect(read(text).key).toBe(key);
  for (const text of ['', 'limit=4', 'limit=3&page=2', 'limit=3&q=a']) expect(read(text).key).not.toBe(key);
});

test('When a query is wrong, then it is refused each time', () => {
  const { read } = openReader();
  for (let time = 0; time < 2; time += 1) expect(() => read('page=0')).toThrow(RequestValidationError);
});

test('When the room for queries is full, then the one that was not used for longest is checked again', () => {
  const { checked, read } = openReader(2 * 1_400);
  for (const text of ['q=a', 'q=b', 'q=a', 'q=c', 'q=a']) read(text);
  expect(checked).toHaveLength(3);
  read('q=b');
  expect(checked).toHaveLength(4);
});

test('When a query is longer than the room for queries, then it is read and not kept', () => {
  const { checked, read } = openReader(4_000);
  const long = `q=a&x=${'x'.repeat(5_000)}`;
  for (let time = 0; time < 2; time += 1) expect(read(long).query).toMatchObject({ q: 'a' });
  expect(checked).toHaveLength(2);
});

test('When what looks like a query follows a #, then it is not taken for one, now or later', () => {
  const { read, reader } = openReader();
  // Express parses no query of this one.
  expect(reader({ url: '/api/tickets/#?page=2', query: {} }).query).toMatchObject({ page: 1 });
  expect(read('page=2').query).toMatchObject({ page: 2 });
});
