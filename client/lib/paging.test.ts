import { expect, test } from '@jest/globals';
import { readPage, readPaging } from './paging.ts';

test('When the headers have a total and a next page, then both are returned', () => {
  const link = '</api/tickets?page=1&limit=20>; rel="first", </api/tickets?page=3&limit=20>; rel="next"';
  expect(readPaging({ total: '57', link }, { page: 2, shown: 20 })).toEqual({ page: 2, total: 57, hasNext: true });
});

test('When the headers are missing, then the page is the whole list', () => {
  const expected = { page: 1, total: 3, hasNext: false };
  expect(readPaging({ total: undefined, link: undefined }, { page: 1, shown: 3 })).toEqual(expected);
  expect(readPaging({ total: 'many', link: '</x>; rel="prev"' }, { page: 1, shown: 3 })).toEqual(expected);
});

test.each([
  ['3', 3],
  [undefined, 1],
  ['0', 1],
  ['-1', 1],
  ['1e3', 1],
  ['two', 1],
])('When the parameter is page=%s, then the page is %d', (value, page) => {
  expect(readPage(value)).toBe(page);
});
