import { beforeAll, expect, test } from '@jest/globals';
import { readBarcodes, type ReadResult } from 'zxing-wasm/reader';
import { codeFormats, type CodeDrawing } from './code-drawing.ts';
import { codePng, drawingPng, photoOf } from '../test/write-files.ts';
import { loadCodeReader } from './codes.ts';
import { drawCode } from './draw-code.ts';

beforeAll(loadCodeReader);

/** Another reading than the one that `drawCode` makes: of a PNG, in any format. */
const scan = async (picture: Buffer): Promise<ReadResult> => {
  const [found] = await readBarcodes(new Blob([Uint8Array.from(picture)]), { formats: [...codeFormats] });
  if (found === undefined) throw new Error('no code can be read');
  return found;
};

const drawn = async (found: ReadResult): Promise<CodeDrawing> => {
  const drawing = await drawCode(found);
  if (drawing === undefined) throw new Error('no drawing');
  return drawing;
};

const binary = Uint8Array.from({ length: 60 }, (_, index) => (index * 37) % 256);
const contents: readonly (readonly [string, string | Uint8Array])[] = [
  ['text', 'SEAT-4711'],
  ['spaces and small letters', '  Seat 4711, row b '],
  ['bytes', binary],
  ['a long number', '3141592653589793238462643383279502884197'],
];

test.each(codeFormats.flatMap((format) => contents.map(([name, content]) => ({ format, name, content }))))(
  'When a $format of $name is drawn anew, then a scanner reads the same bytes',
  async ({ format, content }) => {
    const found = await scan(await codePng(format, content));
    const drawing = await drawn(found);
    const again = await scan(await drawingPng(drawing));
    expect([again.format, Buffer.from(again.bytes)]).toEqual([format, Buffer.from(content)]);
    expect(again.bytesECI).toEqual(found.bytesECI);
  },
);

const withNamedCharacters = (['QRCode', 'Aztec', 'DataMatrix', 'PDF417'] as const).map(
  (format) => [format, 'Zürich 東京', ''] as const,
);
const ofGs1 = (['QRCode', 'Aztec', 'DataMatrix'] as const).map(
  (format) => [format, '[01]12345678901231[10]4711', 'gs1'] as const,
);
test.each([...withNamedCharacters, ...ofGs1])(
  'When a %s has %s, with its character set or as data of GS1, then a scanner reads the same in its drawing',
  async (format, content, options) => {
    const found = await scan(await codePng(format, content, options));
    const again = await scan(await drawingPng(await drawn(found)));
    expect([again.text, again.symbologyIdentifier, again.bytesECI]).toEqual([
      found.text,
      found.symbologyIdentifier,
      found.bytesECI,
    ]);
  },
);

test('When a scanner would read a drawing differently, then there is none', async () => {
  const found = await scan(await codePng('Code128', '[01]12345678901231', 'gs1'));
  expect(found.symbologyIdentifier).toBe(']C1');
  await expect(drawCode(found)).resolves.toBeUndefined();
});

test('When a code is read on a photo, then its drawing is whole', async () => {
  const photo = await photoOf(await codePng('QRCode', 'SEAT-4711'), {
    size: 400,
    degrees: 33,
    width: 1200,
    height: 900,
  });
  const drawing = await drawn(await scan(photo));
  expect((await scan(await drawingPng(drawing))).extra).toContain('"UEC":1.00');
});

test('When what a code says can be typed, then the drawing tells it', async () => {
  const texts = await Promise.all(
    ['SEAT-4711', binary, 'x'.repeat(65), 'Zürich'].map(async (content) =>
      drawn(await scan(await codePng('QRCode', content))),
    ),
  );
  expect(texts.map(({ text }) => text)).toEqual(['SEAT-4711', undefined, undefined, undefined]);
});
