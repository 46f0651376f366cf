import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createTable } from './table.ts';

interface Row {
  readonly id: string;
  readonly owner: string;
}

const filled = (owners: readonly string[]) => {
  const table = createTable<Row>((row) => [row.owner]);
  owners.forEach((owner, index) => table.put({ id: String(index), owner }));
  return table;
};

const owners = fc.array(fc.constantFrom('a', 'b'), { maxLength: 40 });
const limits = fc.integer({ min: 1, max: 7 });
const groups = fc.constantFrom(undefined, 'a', 'b');

const newestFirst = (all: readonly string[], group: string | undefined): string[] =>
  all.flatMap((owner, index) => (group === undefined || owner === group ? [String(index)] : [])).toReversed();

test('When pages are read one after the other, then every row appears once, newest first, and the last page says that there is no more', () => {
  fc.assert(
    fc.property(owners, limits, groups, (all, limit, group) => {
      const table = filled(all);
      const seen: string[] = [];
      for (;;) {
        const page = table.page({ limit, startingAfter: seen.at(-1), group });
        seen.push(...page.rows.map((row) => row.id));
        expect(page.rows.length).toBeLessThanOrEqual(limit);
        if (!page.hasMore) break;
        expect(page.rows).toHaveLength(limit);
      }
      expect(seen).toEqual(newestFirst(all, group));
    }),
  );
});

test('When pages are read backwards, then each has the rows next to the cursor, newest first', () => {
  fc.assert(
    fc.property(owners, limits, groups, fc.nat(), (all, limit, group, at) => {
      const expected = newestFirst(all, group);
      const cursor = expected[at % Math.max(1, expected.length)];
      fc.pre(cursor !== undefined);
      const newer = expected.slice(0, expected.indexOf(cursor));
      const page = filled(all).page({ limit, endingBefore: cursor, group });
      expect(page.rows.map((row) => row.id)).toEqual(newer.slice(-limit));
      expect(page.hasMore).toBe(newer.length > limit);
    }),
  );
});

test('When a row is replaced, then it keeps its position', () => {
  const table = filled(['a', 'b']);
  table.put({ id: '0', owner: 'a' });
  expect(table.page({ limit: 5 }).rows.map((row) => row.id)).toEqual(['1', '0']);
});
