import { expect, test } from '@jest/globals';
import { listPages, readPage, readPaging } from './paging.ts';

const headers = (all: Readonly<Record<string, string>>) => (name: string) => all[name];

test('When the headers have a total and a next page, then both are returned', () => {
  const link = '</api/tickets?page=1&limit=20>; rel="first", </api/tickets?page=3&limit=20>; rel="next"';
  expect(readPaging(headers({ 'x-total-count': '57', link }), { page: 2, shown: 20 })).toEqual({
    page: 2,
    total: 57,
    isCapped: false,
    hasNext: true,
  });
});

test('When the headers say that there are more than were counted, then that is returned', () => {
  const capped = headers({ 'x-total-count': '10000', 'x-total-count-capped': 'true' });
  expect(readPaging(capped, { page: 1, shown: 20 })).toMatchObject({ total: 10_000, isCapped: true });
});

test('When the headers are missing, then the page is the whole list', () => {
  const expected = { page: 1, total: 3, isCapped: false, hasNext: false };
  expect(readPaging(headers({}), { page: 1, shown: 3 })).toEqual(expected);
  const odd = headers({ 'x-total-count': 'many', link: '</x>; rel="prev"' });
  expect(readPaging(odd, { page: 1, shown: 3 })).toEqual(expected);
});

test.each([
  ['3', 3],
  ['417', 417],
  ['418', 417],
  ['99999', 417],
  [undefined, 1],
  ['0', 1],
  ['-1', 1],
  ['1e3', 1],
  ['two', 1],
])('When the parameter is page=%s and a page has 24 entries, then the page is %d', (value, page) => {
  expect(readPage(value, 24)).toBe(page);
});

test.each([
  ['1', '/orders'],
  ['3', '/orders?page=3'],
  ['99999', '/orders?page=500'],
  [['2', '7'], '/orders?page=2'],
  [undefined, '/orders'],
])('When a list is asked for its page %j, then the path of that page is %s', async (page, path) => {
  const searchParams = Promise.resolve(page === undefined ? {} : { page });
  expect(await listPages('/orders', 20).pathOf({ searchParams })).toBe(path);
});
