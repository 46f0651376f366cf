import type { JpegHeader } from '../image/jpeg.ts';

const colorSpaces: Readonly<Record<number, string>> = { 1: 'DeviceGray', 3: 'DeviceRGB', 4: 'DeviceCMYK' };

/**
 * A PDF of one page that is this JPEG, a point a pixel: PDFium decodes it row by row and scales it on the way, so a
 * picture of 50 megapixels is never whole in memory.
 */
export const jpegAsPdf = (jpeg: Buffer, { width, height, components }: JpegHeader): Buffer => {
  const content = `${width} 0 0 ${height} 0 0 cm /I Do`;
  const image =
    `/Type/XObject/Subtype/Image/Width ${width}/Height ${height}/BitsPerComponent 8` +
    `/ColorSpace/${colorSpaces[components] ?? 'DeviceRGB'}/Filter/DCTDecode/Length ${jpeg.length}`;
  const objects = [
    ['<</Type/Catalog/Pages 2 0 R>>'],
    ['<</Type/Pages/Count 1/Kids[3 0 R]>>'],
    [`<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${width} ${height}]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>`],
    [`<</Length ${content.length}>>stream\n${content}\nendstream`],
    [`<<${image}>>stream\n`, jpeg, '\nendstream'],
  ];
  const parts: Buffer[] = [Buffer.from('%PDF-1.4\n')];
  let length = parts[0]?.length ?? 0;
  const add = (part: string | Buffer): void => {
    const bytes = Buffer.from(part);
    parts.push(bytes);
    length += bytes.length;
  };
  const offsets = objects.map((object, index) => {
    const offset = length;
    add(`${index + 1} 0 obj\n`);
    for (const part of object) add(part);
    add('\nendobj\n');
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const table = length;
  add(`xref\n0 6\n0000000000 65535 f \n${offsets.join('')}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${table}\n%%EOF`);
  return Buffer.concat(parts);
};
