import { expect, test } from '@jest/globals';
import type { Api } from './api/api.ts';
import { readSalesCsv } from './sales-csv.ts';

const headings = 'order_id,title\r\n';

/** An API whose list has these records when a page is read, newest first. */
const apiWith = (recordsAt: (page: number) => readonly string[], status = 200): Api => ({
  send: async (schema, request) => {
    const page = Number(request.query?.get('page'));
    const limit = Number(request.query?.get('limit'));
    if (status !== 200) return { ok: false, failure: { status, errors: [] } };
    const records = recordsAt(page);
    const body = headings + records.slice((page - 1) * limit, page * limit).join('');
    const link = page * limit < records.length ? `</api/payments/sales?page=${page + 1}>; rel="next"` : undefined;
    const header = (name: string) => (name === 'link' ? link : undefined);
    return { ok: true, data: schema.parse(body), header, sentAt: 0, receivedAt: 0 };
  },
});

const sales = (count: number): string[] => Array.from({ length: count }, (_, index) => `o${count - index},Final\r\n`);

test.each([0, 1, 100, 101, 10_000])('When there are %d sales, then the file has each once', async (count) => {
  const records = sales(count);
  expect(await readSalesCsv(apiWith(() => records))).toMatchObject({ ok: true, data: headings + records.join('') });
});

test('When a ticket is sold between two pages, then no other sale is twice in the file', async () => {
  const result = await readSalesCsv(apiWith((page) => sales(250 + page)));
  expect(result).toMatchObject({ ok: true, data: headings + sales(251).join('') });
});

test('When a title has line breaks and quotes, then its record stays whole', async () => {
  const records = ['o2,"Two\r\no1,""lines"""\r\n', 'o1,Final\r\n'];
  expect(await readSalesCsv(apiWith(() => records))).toMatchObject({ data: headings + records.join('') });
});

test('When a page cannot be read, then there is no file', async () => {
  expect(await readSalesCsv(apiWith(() => [], 503))).toEqual({ ok: false, failure: { status: 503, errors: [] } });
});
