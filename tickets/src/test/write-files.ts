import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deflateSync, crc32 } from 'node:zlib';
import Pdf from 'pdfkit';
import sharp from 'sharp';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';
import type { CodeDrawing, CodeFormat } from '../files/code-drawing.ts';

const { resolve } = createRequire(import.meta.url);
prepareZXingModule({
  overrides: { wasmBinary: Uint8Array.from(readFileSync(resolve('zxing-wasm/writer/zxing_writer.wasm'))).buffer },
});

/** A PNG with one code. */
export const codePng = async (format: CodeFormat, content: string | Uint8Array, options = ''): Promise<Buffer> => {
  const { image, error } = await writeBarcode(content, { format, scale: 4, options });
  if (image === null) throw new Error(error);
  return Buffer.from(await image.arrayBuffer());
};

/** A PNG of a drawing, with a quiet zone. */
export const drawingPng = async ({ width, height, modules }: Omit<CodeDrawing, 'format'>): Promise<Buffer> => {
  const bits = Buffer.from(modules, 'base64');
  const pixels = Buffer.from(
    Array.from({ length: width * height }, (_, index) =>
      ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) === 0 ? 255 : 0,
    ),
  );
  const small = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .extend({ top: 10, bottom: 10, left: 10, right: 10, background: 'white' })
    .png()
    .toBuffer();
  return sharp(small)
    .resize({ width: (width + 20) * 4, kernel: 'nearest' })
    .png()
    .toBuffer();
};

/** A PDF whose pages have these pictures, one below the other. */
export const pdfOf = async (
  pages: readonly (readonly Buffer[])[],
  options: PDFKit.PDFDocumentOptions = {},
): Promise<Buffer> => {
  const document = new Pdf({ size: 'A4', autoFirstPage: false, ...options });
  const parts: Buffer[] = [];
  const written = new Promise<Buffer>((done) =>
    document.on('data', (part: Buffer) => parts.push(part)).on('end', () => done(Buffer.concat(parts))),
  );
  for (const images of pages) {
    document.addPage().text('Admit one');
    images.forEach((image, index) => document.image(image, 100, 100 + index * 130, { fit: [160, 90] }));
  }
  document.end();
  return written;
};

interface Photo {
  readonly width?: number;
  readonly height?: number;
  /** Width of the code in pixels. */
  readonly size: number;
  readonly degrees?: number;
  /** 1 is black on white. */
  readonly contrast?: number;
  readonly noise?: number;
  readonly progressive?: boolean;
}

/** A JPEG as of a camera: grey, noisy and not quite sharp, with the code somewhere in it. */
export const photoOf = async (code: Buffer, photo: Photo): Promise<Buffer> => {
  const { width = 4000, height = 3000, size, degrees = 0, contrast = 0.5, noise = 10, progressive = false } = photo;
  const label = await sharp(code)
    .resize({ width: size })
    .linear(contrast, (1 - contrast) * 128)
    .extend({ top: 30, bottom: 30, left: 30, right: 30, background: '#bbb' })
    .toBuffer();
  const turned = await sharp(label).rotate(degrees, { background: '#888' }).toBuffer();
  const background = { width, height, channels: 3, background: '#888' } as const;
  return sharp({ create: { ...background, noise: { type: 'gaussian', mean: 128, sigma: noise } } })
    .composite([{ input: turned, left: Math.round(width / 4), top: Math.round(height / 4) }])
    .blur(1)
    .jpeg({ quality: 80, progressive, chromaSubsampling: progressive ? '4:4:4' : '4:2:0' })
    .toBuffer();
};

interface RawOptions {
  /** Added to the trailer's dictionary. */
  readonly trailer?: string;
  /** Number of an object that stands in the object stream which is the last object. */
  readonly packed?: number;
}

/** A PDF of these objects, the first of which is its catalogue. */
export const rawPdf = (objects: readonly (string | Buffer)[], { trailer = '', packed }: RawOptions = {}): Buffer => {
  const parts = [Buffer.from('%PDF-1.7\n')];
  const length = () => parts.reduce((sum, part) => sum + part.length, 0);
  const add = (number: number, object: string | Buffer): number => {
    const offset = length();
    parts.push(Buffer.concat([Buffer.from(`${number} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]));
    return offset;
  };
  const offsets = objects.map((object, index) => add(index + 1, object));
  const start = length();
  if (packed === undefined) {
    const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
    const size = objects.length + 1;
    parts.push(
      Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<</Size ${size}/Root 1 0 R${trailer}>>\n`),
    );
  } else {
    const rows = [...offsets.map((offset, index) => [index + 1, 1, offset]), [packed, 2, objects.length]];
    const table = Buffer.alloc(6 * (packed + 1));
    for (const [number = 0, kind = 0, place = 0] of rows) {
      table.writeUInt8(kind, number * 6);
      table.writeUInt32BE(place, number * 6 + 1);
    }
    add(packed - 1, stream(table, `/Type/XRef/W[1 4 1]/Size ${packed + 1}/Root 1 0 R${trailer}`));
  }
  parts.push(Buffer.from(`startxref\n${start}\n%%EOF\n`));
  return Buffer.concat(parts);
};

export const stream = (data: string | Buffer, entries = ''): Buffer => {
  const bytes = Buffer.from(data);
  return Buffer.concat([
    Buffer.from(`<<${entries}/Length ${bytes.length}>>stream\n`),
    bytes,
    Buffer.from('\nendstream'),
  ]);
};

/** A page with these contents, as three objects; `catalog` and `page` are added to their dictionaries. */
export const onePage = ({ catalog = '', page = '', contents = stream('') }): (string | Buffer)[] => [
  `<</Type/Catalog/Pages 2 0 R${catalog}>>`,
  '<</Type/Pages/Count 1/Kids[3 0 R]>>',
  `<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R${page}>>`,
  contents,
];

/** The objects, numbered from `first` on, in a compressed object stream. */
export const objectStream = (first: number, objects: readonly string[]): Buffer => {
  let at = 0;
  const pairs = objects.map((object, index) => {
    const pair = `${first + index} ${at}`;
    at += object.length + 1;
    return pair;
  });
  const head = `${pairs.join(' ')} `;
  const data = deflateSync(head + objects.map((object) => `${object} `).join(''));
  return stream(data, `/Type/ObjStm/N ${objects.length}/First ${head.length}/Filter/FlateDecode`);
};

const rc4 = (key: Buffer, data: Buffer): Buffer => {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const swap = (a: number, b: number) => ([state[a], state[b]] = [state[b] ?? 0, state[a] ?? 0]);
  for (let a = 0, b = 0; a < 256; a += 1) {
    b = (b + (state[a] ?? 0) + (key[a % key.length] ?? 0)) % 256;
    swap(a, b);
  }
  let [a, b] = [0, 0];
  return Buffer.from(
    data.map((byte) => {
      a = (a + 1) % 256;
      b = (b + (state[a] ?? 0)) % 256;
      swap(a, b);
      return byte ^ (state[((state[a] ?? 0) + (state[b] ?? 0)) % 256] ?? 0);
    }),
  );
};

const md5 = (...parts: readonly Buffer[]): Buffer => createHash('md5').update(Buffer.concat(parts)).digest();
/** Of passwords, an empty one here (ISO 32000-1, 7.6.3.3). */
const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');

/** A PDF that is encrypted with an empty password, so it opens without one. The last object must be a stream. */
export const encryptedPdf = (objects: readonly (string | Buffer)[], packed: number): Buffer => {
  const id = Buffer.alloc(16, 7);
  const owner = rc4(md5(padding).subarray(0, 5), padding);
  const permissions = Buffer.from('fcffffff', 'hex');
  const key = md5(padding, owner, permissions, id).subarray(0, 5);
  const last = Buffer.from(objects.at(-1) ?? '');
  const start = last.indexOf('stream\n') + 7;
  const end = last.lastIndexOf('\nendstream');
  const objectKey = md5(key, Buffer.from([objects.length, 0, 0, 0, 0])).subarray(0, 10);
  const data = rc4(objectKey, last.subarray(start, end));
  const encrypted = Buffer.concat([last.subarray(0, start), data, last.subarray(end)]);
  const user = rc4(key, padding).toString('hex');
  const dictionary = `<</Filter/Standard/V 1/R 2/P -4/O<${owner.toString('hex')}>/U<${user}>>>`;
  const trailer = `/Encrypt ${dictionary}/ID[<${id.toString('hex')}><${id.toString('hex')}>]`;
  return rawPdf([...objects.slice(0, -1), encrypted], { trailer, packed });
};

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
};

/** A PNG with a header of this size, whatever its pixels are. */
export const rawPng = (
  size: { readonly width: number; readonly height: number },
  pixels: Buffer,
  others: readonly (readonly [string, Buffer])[] = [],
): Buffer => {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(size.width, 0);
  header.writeUInt32BE(size.height, 4);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    ...others.map(([type, data]) => chunk(type, data)),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};
