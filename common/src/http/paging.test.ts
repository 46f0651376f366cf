import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { RequestValidationError } from '../errors/index.ts';
import { maxListed, pageLinks, paging, reachable } from './paging.ts';
import { parse } from './parse.ts';

const query = z.object({ ...paging({ defaultLimit: 20, maxLimit: 100 }) }).refine(...reachable);

test('When the query is empty, then it means the first page of the default size', () => {
  expect(parse(query, {})).toEqual({ page: 1, limit: 20 });
});

test.each([
  { page: '0' },
  { page: '-1' },
  { page: '1.5' },
  { page: '1e3' },
  { page: 'x' },
  { page: '' },
  { page: ' 1' },
  { page: '10001', limit: '1' },
  { page: '501' },
  { page: '101', limit: '100' },
  { page: '99999999999999999999' },
  { page: ['1', '2'] },
  { page: { $gt: '' } },
  { limit: '0' },
  { limit: '101' },
])('When the query is %j, then it is refused', (input) => {
  expect(() => parse(query, input)).toThrow(RequestValidationError);
});

test('When the last reachable page is requested, then it is accepted', () => {
  expect(parse(query, { page: '100', limit: '100' })).toEqual({ page: 100, limit: 100 });
  expect(parse(query, { page: '10000', limit: '1' })).toEqual({ page: 10_000, limit: 1 });
  expect(parse(query, { page: '417', limit: '24' })).toEqual({ page: 417, limit: 24 });
});

const links = (originalUrl: string, list: { readonly page: number; readonly limit: number; readonly total: number }) =>
  pageLinks({ originalUrl }, list);

test('When the page is in the middle, then the links keep the rest of the query', () => {
  expect(links('/api/tickets?city=Z%C3%BCrich&page=2&limit=10', { page: 2, limit: 10, total: 35 })).toEqual({
    'X-Total-Count': '35',
    Link: [
      '</api/tickets?city=Z%C3%BCrich&page=1&limit=10>; rel="first"',
      '</api/tickets?city=Z%C3%BCrich&page=1&limit=10>; rel="prev"',
      '</api/tickets?city=Z%C3%BCrich&page=3&limit=10>; rel="next"',
      '</api/tickets?city=Z%C3%BCrich&page=4&limit=10>; rel="last"',
    ].join(', '),
  });
});

test('When the list has at most one page, then there is no link to a next or previous page', () => {
  for (const total of [0, 20]) {
    const { Link = '' } = links('/api/orders', { page: 1, limit: 20, total });
    expect(Link).not.toMatch(/next|prev/);
    expect(Link).toContain('</api/orders?page=1&limit=20>; rel="last"');
  }
});

test('When the list is longer than what is counted, then the headers say so and lead no further', () => {
  const { Link, ...counts } = links('/x', { page: 417, limit: 24, total: maxListed + 1 });
  expect(counts).toEqual({ 'X-Total-Count': '10000', 'X-Total-Count-Capped': 'true' });
  expect(Link).toContain('</x?page=417&limit=24>; rel="last"');
  expect(Link).not.toContain('rel="next"');
  expect(links('/x', { page: 1, limit: 24, total: maxListed })).not.toHaveProperty('X-Total-Count-Capped');
});

test('When the page is after the last one, then there is no link to a next page', () => {
  expect(links('/x', { page: 9, limit: 10, total: 11 }).Link).not.toContain('rel="next"');
});

test('When the path looks like another site or contains brackets, then the links stay on this site and well-formed', () => {
  for (const url of ['//evil.example/x', '/a>;%20rel="next",<http://evil.example/?q=>"<', '/\\evil.example']) {
    const { Link = '' } = links(url, { page: 1, limit: 10, total: 0 });
    expect(Link).toMatch(/^<\/[^<>]*>; rel="first", <\/[^<>]*>; rel="last"$/);
    expect(Link).not.toMatch(/<\/\//);
  }
});

test('When the query is very long, then the header stays within its limit', () => {
  const list = { page: 2, limit: 10, total: 35 };
  const rels = (length: number) => {
    const { Link = '' } = links(`/x?q=${'a'.repeat(length)}`, list);
    expect(Link.length).toBeLessThanOrEqual(3_000);
    return [...Link.matchAll(/rel="(\w+)"/g)].map(([, rel]) => rel);
  };
  expect(rels(100)).toEqual(['first', 'prev', 'next', 'last']);
  expect(rels(1_400)).toEqual(['prev', 'next']);
  expect(rels(2_900)).toEqual(['next']);
  expect(rels(8_000)).toEqual([]);
});
