import { afterAll, expect, test } from '@jest/globals';
import { createLogger, Metrics } from '@ticketing/common/service';
import { hostileFiles } from '../test/hostile-files.ts';
import { codeFormats, maxDrawings } from './code-drawing.ts';
import { codePng, pdfOf, photoOf } from '../test/write-files.ts';
import { openFileInspector, type fileLimits, type FileInspector } from './file-inspector.ts';
import type { FileType } from './inspect-file.ts';
import { refusals } from './refusal.ts';

const logger = createLogger({ service: 'tickets', level: 'silent' });
const opened: FileInspector[] = [];

// Other tests take the processors too, so a process gets more time than in production.
const open = (changes: Partial<Record<keyof typeof fileLimits, number>> = {}) => {
  const inspector = openFileInspector({ logger, metrics: new Metrics() }, { timeoutMs: 120_000, ...changes });
  opened.push(inspector);
  return inspector;
};
const inspector = open();
const inspect = (bytes: Buffer, type: FileType, owner = 'seller') => inspector.inspect(bytes, type, owner);
afterAll(() => Promise.all(opened.map((each) => each.stop())));

test.each(hostileFiles)(
  'When a file is a $name, then it is refused within its limits ($refusal)',
  async ({ type, refusal, write }) => {
    await expect(inspect(await write(), type)).resolves.toEqual({ kind: 'refused', message: refusals[refusal] });
  },
  180_000,
);

test.each(codeFormats)('When a picture has a code (%s), then its text is found', async (format) => {
  const png = await codePng(format, ' SEAT-4711 ');
  await expect(inspect(png, 'image/png')).resolves.toMatchObject({ kind: 'readable', pages: 1, codes: ['SEAT-4711'] });
});

test('When a PDF has several codes on several pages, then all are found, each once', async () => {
  const images = await Promise.all(codeFormats.map((format, index) => codePng(format, `SEAT-${index}`)));
  const bytes = await pdfOf([images, [], images, [await codePng('QRCode', 'SEAT-9')]]);
  const found = await inspect(bytes, 'application/pdf');
  expect(found).toMatchObject({ kind: 'readable', pages: 4 });
  expect(found.kind === 'readable' ? found.codes.toSorted() : []).toEqual([
    ...codeFormats.map((_, index) => `SEAT-${index}`),
    'SEAT-9',
  ]);
});

test('When a file has more codes than are drawn, then the first of them are', async () => {
  const codes = Array.from({ length: maxDrawings + 2 }, (_, index) => `SEAT-${index}`);
  const pngs = await Promise.all(codes.map((code) => codePng('QRCode', code)));
  const pages = Array.from({ length: 6 }, (_, page) => pngs.slice(page * 4, page * 4 + 4));
  const found = await inspect(await pdfOf(pages), 'application/pdf');
  if (found.kind !== 'readable') throw new Error(found.message);
  expect(found.codes.toSorted()).toEqual(codes.toSorted());
  expect(found.drawings.map(({ text }) => text)).toEqual(found.codes.slice(0, maxDrawings));
}, 180_000);

test('When a PDF has 20 pages, then the code of the last one is found', async () => {
  const bytes = await pdfOf([...Array.from({ length: 19 }, () => []), [await codePng('Aztec', 'SEAT-20')]]);
  await expect(inspect(bytes, 'application/pdf')).resolves.toMatchObject({
    kind: 'readable',
    pages: 20,
    codes: ['SEAT-20'],
  });
}, 180_000);

test.each(['HTTPS://Tickets.example/1', 'http://tickets.example', 'WWW.tickets.example/2'])(
  'When a code is the web address %s, then it does not count',
  async (address) => {
    const bytes = await pdfOf([[await codePng('QRCode', address), await codePng('Code128', 'SEAT-1')]]);
    await expect(inspect(bytes, 'application/pdf')).resolves.toMatchObject({ codes: ['SEAT-1'] });
    await expect(inspect(await codePng('QRCode', address), 'image/png')).resolves.toMatchObject({ codes: [] });
  },
);

test.each([
  { format: 'QRCode', size: 400, degrees: 33, contrast: 0.3 },
  { format: 'Aztec', size: 300, degrees: 100, contrast: 0.3 },
  { format: 'DataMatrix', size: 300, degrees: 200, contrast: 0.3 },
  { format: 'PDF417', size: 1_200, degrees: 12, contrast: 0.6 },
  { format: 'Code128', size: 1_500, degrees: 24, contrast: 0.6 },
] as const)(
  'When a photo of 12 megapixels shows a $format at $degrees°, then it is found',
  async (photo) => {
    const bytes = await photoOf(await codePng(photo.format, 'SEAT-4711'), photo);
    await expect(inspect(bytes, 'image/jpeg')).resolves.toMatchObject({
      kind: 'readable',
      pages: 1,
      codes: ['SEAT-4711'],
    });
  },
  180_000,
);

test('When a progressive JPEG has 50 megapixels, then it is read within the limits', async () => {
  const photo = { width: 8_000, height: 6_250, size: 1_200, progressive: true, noise: 3 };
  const bytes = await photoOf(await codePng('QRCode', 'SEAT-4711'), photo);
  await expect(inspect(bytes, 'image/jpeg')).resolves.toMatchObject({
    kind: 'readable',
    pages: 1,
    codes: ['SEAT-4711'],
  });
}, 180_000);

test('When a file takes more memory than its process may have, then it is refused and the next one is read', async () => {
  const small = open({ memoryMb: 220 });
  const code = await codePng('QRCode', 'SEAT-4711');
  const photo = await photoOf(code, { size: 400 });
  await expect(small.inspect(photo, 'image/jpeg', 'seller')).resolves.toEqual({
    kind: 'refused',
    message: refusals.unreadable,
  });
  await expect(small.inspect(code, 'image/png', 'seller')).resolves.toMatchObject({ codes: ['SEAT-4711'] });
}, 60_000);

test('When a PDF is encrypted but needs no password to open, then it is read', async () => {
  const code = await codePng('QRCode', 'SEAT-1');
  for (const pdfVersion of ['1.3', '1.4', '1.6', '1.7ext3'] as const) {
    const bytes = await pdfOf([[code]], { ownerPassword: 'owner', pdfVersion });
    await expect(inspect(bytes, 'application/pdf')).resolves.toMatchObject({ codes: ['SEAT-1'] });
  }
});

test('When a file is sent by many at once, then one process inspects it and all get its result', async () => {
  const small = open({ concurrency: 1, maxWaiting: 1 });
  const bytes = await codePng('QRCode', 'SEAT-77');
  const results = await Promise.all(Array.from({ length: 50 }, (_, at) => small.inspect(bytes, 'image/png', `u${at}`)));
  expect(new Set(results).size).toBe(1);
});

test('When more files come than may wait, then the rest is refused with 503 and works when repeated', async () => {
  const small = open({ concurrency: 1, maxWaiting: 2, maxWaitingOfOwner: 1 });
  const files = await Promise.all(Array.from({ length: 5 }, (_, index) => codePng('QRCode', `SEAT-${index}`)));
  const first = files.map((bytes, index) => small.inspect(bytes, 'image/png', index < 3 ? 'one' : `other ${index}`));
  const outcomes = await Promise.allSettled(first);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'rejected']);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ statusCode: 503 });
  await expect(small.inspect(files[4] ?? Buffer.alloc(0), 'image/png', 'other 4')).resolves.toMatchObject({
    codes: ['SEAT-4'],
  });
});

test('When the machine is too busy to inspect a file in time, or it stops, then the answer is 503', async () => {
  const bytes = await codePng('QRCode', 'SEAT-1');
  await expect(open({ timeoutMs: 1 }).inspect(bytes, 'image/png', 'seller')).rejects.toMatchObject({ statusCode: 503 });
  const stopped = open();
  const inspection = stopped.inspect(bytes, 'image/png', 'seller');
  inspection.catch(() => undefined);
  await stopped.stop();
  await expect(inspection).rejects.toMatchObject({ statusCode: 503 });
});
