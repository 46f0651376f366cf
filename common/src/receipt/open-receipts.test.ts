import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { setImmediate } from 'node:timers/promises';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { openReceipts, type Receipt } from './index.ts';

const receipts = openReceipts();

const receiptFor = (changes: Partial<Receipt> & { readonly title?: string } = {}): Receipt => ({
  site: new URL('https://tickets.example'),
  orderId: '6a1234567890abcdef123456',
  paidAt: new Date('2026-11-29T06:12:07Z'),
  buyerId: '6a1234567890abcdef000001',
  sellerId: '6a1234567890abcdef000002',
  ticket: { title: changes.title ?? 'Jazz' },
  amount: 12_550,
  currency: 'usd',
  amountRefunded: 0,
  ...changes,
});

const render = async (receipt: Receipt): Promise<Buffer> => (await receipts(receipt)).content;

/** The text of all pages as pdf.js reads it, with single spaces. */
const textOf = async (pdf: Buffer): Promise<{ readonly text: string; readonly pages: number }> => {
  const loading = getDocument({ data: new Uint8Array(pdf), verbosity: 0 });
  const read = await loading.promise.then(async (document) => {
    const contents = await Promise.all(
      Array.from({ length: document.numPages }, async (_, index) =>
        (await document.getPage(index + 1)).getTextContent(),
      ),
    );
    const texts = contents.flatMap(({ items }) => items.map((item) => ('str' in item ? item.str : '')));
    return { pages: document.numPages, text: texts.join('').replace(/\s+/g, ' ') };
  });
  await loading.destroy();
  return read;
};

const withoutSpaces = (text: string): string => text.normalize('NFC').replace(/\s/g, '');

/** What the row of the ticket contains. */
const titleIn = async (pdf: Buffer): Promise<string> => {
  const { text } = await textOf(pdf);
  const [, title = ''] = /Ticket(.*?)(?:Event|Price)/.exec(withoutSpaces(text)) ?? [];
  return title;
};

test('When a ticket is paid, then its receipt shows who paid what, when and for which seat', async () => {
  const { text, pages } = await textOf(
    await render(
      receiptFor({
        ticket: {
          title: 'Jazz at the lake',
          startsAt: '2026-12-24T19:30:00.000Z',
          timeZone: 'Europe/Zurich',
          venue: 'Kaufleuten',
          city: 'Zürich',
          section: 'A',
          row: '12',
          seat: '7',
        },
      }),
    ),
  );
  expect(pages).toBe(1);
  for (const part of [
    'Foyer, tickets.example',
    'Receipt number6a1234567890abcdef123456',
    'Paid29 November 2026 at 06:12 UTC',
    'BuyerAccount 6a1234567890abcdef000001',
    'account 6a1234567890abcdef000002',
    'TicketJazz at the lake',
    'Event24 December 2026 at 20:30 CET',
    'VenueKaufleuten',
    'CityZürich',
    'SeatSection A, Row 12, Seat 7',
    'Price$125.50 (USD)',
    'This receipt shows no VAT.',
  ])
    expect(withoutSpaces(text)).toContain(withoutSpaces(part));
  expect(text).not.toContain('Refunded');
});

test('When money was refunded, then the receipt shows how much, and what is left', async () => {
  const { text } = await textOf(await render(receiptFor({ currency: 'jpy', amount: 1_500, amountRefunded: 500 })));
  expect(withoutSpaces(text)).toContain(
    withoutSpaces('Price¥1,500 (JPY)Refunded¥500 (JPY)Left after refunds¥1,000 (JPY)'),
  );
});

test.each([
  ['Hebrew', 'הופעה חיה של שלום חנוך!'],
  ['Arabic', 'حفلة موسيقية في القاهرة'],
  ['Persian with digits', 'کنسرت ۱۲۳'],
  ['Japanese', '東京ドーム「夏祭り」2026年8月1日開演！'],
  ['Chinese', '周杰伦演唱会 发财'],
  ['Korean', '방탄소년단 콘서트 서울'],
  ['Greek', 'Ελληνική μουσική'],
  ['Cyrillic', 'Концерт «Наутилус» Її'],
  ['Latin with accents', 'Café Zoë Ångström Ő ł Đorđe Tiếng Việt'],
  ['with combining marks', 'e\u0301 q\u0303 n\u0328\u0304'],
])('When the title is %s, then a reader finds it in the receipt', async (_, title) => {
  expect(await titleIn(await render(receiptFor({ title })))).toBe(withoutSpaces(title));
});

test('When a Hebrew title ends with an exclamation mark, then the mark is drawn to the left of the words', async () => {
  // As drawn, from left to right; the reader itself puts the letters of a word in the order in which they are read.
  expect(await titleIn(await render(receiptFor({ title: 'שלום, Foo 123!' })))).toBe('!Foo123,שלום');
});

test('When a title has characters that no typeface has, then each is replaced by one box', async () => {
  expect(await titleIn(await render(receiptFor({ title: 'Party 🎉 👨‍👩‍👧‍👦 ไ end' })))).toBe('Party□□□end');
});

test('When a title has characters that change the direction of others, then they have no effect', async () => {
  expect(await titleIn(await render(receiptFor({ title: '\u202eabc\u202c \u0000\u200b\ud800 d' })))).toBe('abc\ufffdd');
});

test.each([
  ['words', 'Lorem ipsum dolor '.repeat(11).slice(0, 200)],
  ['one word', 'W'.repeat(200)],
  ['wide characters', '票'.repeat(200)],
  ['Hebrew words', 'שלום '.repeat(40)],
])('When all texts have their full length of %s, then the receipt shows them within bounds', async (_, longest) => {
  const started = performance.now();
  const ticket = {
    title: longest,
    startsAt: '2026-12-24T19:30:00.000Z',
    venue: longest,
    city: longest.slice(0, 100),
    section: longest.slice(0, 50),
    row: longest.slice(0, 50),
    seat: longest.slice(0, 50),
  };
  const pdf = await render(receiptFor({ ticket }));
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(pdf.length).toBeLessThan(150_000);
  expect(await titleIn(pdf)).toBe(withoutSpaces(longest));
  expect((await textOf(pdf)).pages).toBe(1);
});

test('When a text is longer than any that can be listed, then it is cut, and what needs more room goes on another page', async () => {
  const endless = '票'.repeat(20_000);
  const { text, pages } = await textOf(
    await render(receiptFor({ ticket: { title: endless, venue: endless, city: endless, seat: endless } })),
  );
  expect(pages).toBe(2);
  expect(text.length).toBeLessThan(3_000);
});

test('When the same receipt is rendered again, also by another process, then its bytes are the same', async () => {
  const receipt = receiptFor({ title: 'Café 票 שלום' });
  const first = await render(receipt);
  expect(await render(receipt)).toBe(first);
  expect((await openReceipts()(receipt)).content.equals(first)).toBe(true);
  expect((await render({ ...receipt, amountRefunded: 1 })).equals(first)).toBe(false);
});

test('When a receipt is requested many times at once, then it is rendered once', async () => {
  const receipt = receiptFor({ title: 'Requested at once' });
  const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => render(receipt)));
  for (const other of others) expect(other).toBe(first);
});

test('When a receipt is drawn, then other work of the process runs between its texts', async () => {
  await render(receiptFor({ title: 'The first one loads typefaces' }));
  let turns = 0;
  const drawn = render(receiptFor({ title: 'Another one' }));
  while ((await Promise.race([drawn, setImmediate('turn')])) === 'turn') turns += 1;
  expect(turns).toBeGreaterThan(15);
});

test('When any text is a title, then a receipt is made', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (title) => {
      const { filename, content } = await receipts(receiptFor({ title, orderId: title }));
      expect(filename).toMatch(/^receipt-[\w-]*\.pdf$/);
      expect(content.subarray(0, 5).toString('latin1')).toBe('%PDF-');
    }),
    { numRuns: 100 },
  );
});
