import { expect, test } from '@jest/globals';
import { currencyOf } from '@ticketing/common/money';
import { catalogueHref, catalogueProblems, isNarrowed, readCatalogueQuery, toApiQuery } from './catalogue-query.ts';

const usd = currencyOf('usd');

test('When every filter is set, then the API query has all of them and includes the last day', () => {
  const query = readCatalogueQuery({
    q: ' hamlet ',
    category: 'theatre',
    city: 'London',
    minPrice: '$10',
    maxPrice: '1,000.50',
    from: '2026-12-01',
    to: '2026-12-31',
    sort: '-price',
    page: '2',
  });
  expect(catalogueProblems(query, usd)).toEqual([]);
  expect(Object.fromEntries(toApiQuery(query, usd))).toEqual({
    q: 'hamlet',
    category: 'theatre',
    city: 'London',
    minPrice: '10',
    maxPrice: '1000.5',
    from: '2026-12-01',
    to: '2026-12-31T23:59:59.999Z',
    sort: '-price',
    page: '2',
    limit: '24',
  });
});

test('When the form is empty, then the query has no filter', () => {
  const query = readCatalogueQuery({ q: '', category: '', city: ' ', minPrice: '', sort: '', page: '' });
  expect(isNarrowed(query)).toBe(false);
  expect(toApiQuery(query, usd).toString()).toBe('page=1&limit=24');
  expect(catalogueHref(query)).toBe('/');
});

test('When a parameter is unknown or repeated, then it is ignored or its first value is used', () => {
  const query = readCatalogueQuery({ category: 'opera', sort: 'random', page: '-3', q: ['a', 'b'] });
  expect(query).toMatchObject({ category: undefined, sort: undefined, page: 1, q: 'a' });
});

test.each([
  [{ minPrice: 'cheap' }, 'minPrice'],
  [{ maxPrice: '-1' }, 'maxPrice'],
  [{ minPrice: '20', maxPrice: '10' }, 'maxPrice'],
  [{ from: 'tomorrow' }, 'from'],
  [{ to: '2026-02-31' }, 'to'],
  [{ from: '2026-12-02', to: '2026-12-01' }, 'to'],
])('When the search is %j, then the problem is at %s', (params, field) => {
  expect(catalogueProblems(readCatalogueQuery(params), usd).map((problem) => problem.field)).toEqual([field]);
});

test('When a filter changes, then the others stay and the list starts at its first page', () => {
  const query = readCatalogueQuery({ q: 'cup', city: 'Leeds', page: '3' });
  expect(catalogueHref(query, { category: 'sports' })).toBe('/?q=cup&category=sports&city=Leeds');
  expect(catalogueHref(query, { city: undefined })).toBe('/?q=cup');
  expect(catalogueHref(query, { page: 4 })).toBe('/?q=cup&city=Leeds&page=4');
});
