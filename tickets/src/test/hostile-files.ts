import { deflateSync } from 'node:zlib';
import type { FileType } from '../files/inspect-file.ts';
import type { Refusal } from '../files/refusal.ts';
import { codePng, encryptedPdf, objectStream, onePage, pdfOf, photoOf, rawPdf, rawPng, stream } from './write-files.ts';

/** A file that must be refused, and why. */
export interface HostileFile {
  readonly name: string;
  readonly type: FileType;
  readonly refusal: Refusal;
  readonly write: () => Promise<Buffer> | Buffer;
}

const pdf = (name: string, refusal: Refusal, write: HostileFile['write']): HostileFile => ({
  name: `PDF ${name}`,
  type: 'application/pdf',
  refusal,
  write,
});
const png = (name: string, refusal: Refusal, write: HostileFile['write']): HostileFile => ({
  name: `PNG ${name}`,
  type: 'image/png',
  refusal,
  write,
});
const jpeg = (name: string, refusal: Refusal, write: HostileFile['write']): HostileFile => ({
  name: `JPEG ${name}`,
  type: 'image/jpeg',
  refusal,
  write,
});

const qr = () => codePng('QRCode', 'SEAT-1');
const plainPdf = async () => pdfOf([[await qr()]]);
const plainJpeg = async () => photoOf(await qr(), { width: 600, height: 400, size: 200 });
const behind = (bytes: Buffer, text: string | Buffer) => Buffer.concat([bytes, Buffer.from(text)]);
const before = (bytes: Buffer, text: string) => Buffer.concat([Buffer.from(text), bytes]);
const script = '<</S/JavaScript/JS(app.alert\\(1\\))>>';
const zip = Buffer.concat([Buffer.from('504b0506', 'hex'), Buffer.alloc(18)]);

const bombOf = (bytes: number) => deflateSync(Buffer.alloc(bytes));

const pagesOf = (count: number, listed = count) =>
  rawPdf([
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Count ${listed}/Kids[${Array.from({ length: count }, (_, index) => `${index + 3} 0 R`).join(' ')}]>>`,
    ...Array.from({ length: count }, () => '<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>'),
  ]);

const imagePage = (image: Buffer) =>
  rawPdf([
    ...onePage({
      page: '/Resources<</XObject<</I 5 0 R>>>>',
      contents: stream('300 0 0 300 0 0 cm /I Do'),
    }),
    image,
  ]);

export const hostileFiles: readonly HostileFile[] = [
  pdf('that is a PNG', 'notPdf', qr),
  png('that is a PDF', 'notPng', plainPdf),
  jpeg('that is a PNG', 'notJpeg', qr),
  pdf('that is empty', 'notPdf', () => Buffer.alloc(0)),
  pdf('behind a page of HTML', 'before', async () => before(await plainPdf(), '<script>alert(1)</script>\n')),
  pdf('before a page of HTML', 'behind', async () => behind(await plainPdf(), '<script>alert(1)</script>')),
  pdf('that is a ZIP too', 'archive', async () => behind(await plainPdf(), zip)),
  png('that is a ZIP too', 'archive', async () => behind(await qr(), zip)),
  png('before a page of HTML', 'behind', async () => behind(await qr(), '<script>alert(1)</script>')),
  jpeg('before a page of HTML', 'behind', async () => behind(await plainJpeg(), '<script>alert(1)</script>')),
  jpeg('with a second JPEG behind it', 'behind', async () => behind(await plainJpeg(), await plainJpeg())),
  pdf('that needs a password', 'password', async () => pdfOf([[await qr()]], { userPassword: 'secret' })),
  pdf('that needs a password (AES-256)', 'password', async () =>
    pdfOf([[await qr()]], { userPassword: 'secret', pdfVersion: '1.7ext3' }),
  ),
  pdf('with a script that runs when it opens', 'scripts', () => rawPdf(onePage({ catalog: `/OpenAction ${script}` }))),
  pdf('with a script by name', 'scripts', () =>
    rawPdf(onePage({ catalog: `/Names<</JavaScript<</Names[(a) ${script}]>>>>` })),
  ),
  pdf('with a script of its page', 'scripts', () => rawPdf(onePage({ page: `/AA<</O ${script}>>` }))),
  pdf('with a script whose name is escaped', 'scripts', () =>
    rawPdf(onePage({ catalog: '/OpenAction<</S/J#61vaScript/#4a#53(app.alert\\(1\\))>>' })),
  ),
  pdf('with a script in an object stream', 'scripts', () =>
    rawPdf([...onePage({ catalog: '/OpenAction 9 0 R' }), objectStream(9, [script])], { packed: 9 }),
  ),
  pdf('with a script in an encrypted object stream', 'scripts', () =>
    encryptedPdf([...onePage({ catalog: '/OpenAction 9 0 R' }), objectStream(9, [script])], 9),
  ),
  pdf('with a script within other data', 'damaged', () =>
    rawPdf([...onePage({ catalog: '/OpenAction 9 0 R' }), stream(`9 0 obj ${script} endobj`)]),
  ),
  pdf('with a script in a comment', 'damaged', () =>
    rawPdf([...onePage({ catalog: '/OpenAction 9 0 R' }), `<<>>%\0 9 0 obj ${script} endobj`]),
  ),
  pdf('with a form of XFA', 'scripts', () => rawPdf(onePage({ catalog: '/AcroForm<</XFA[(a) 4 0 R]/Fields[]>>' }))),
  pdf('with an embedded file', 'embedded', () =>
    rawPdf(onePage({ catalog: '/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(a)/EF<</F 4 0 R>>>>]>>>>' })),
  ),
  pdf('with an attached file on its page', 'embedded', () =>
    rawPdf(onePage({ page: '/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS<</F(a)>>>>]' })),
  ),
  pdf('that starts a program', 'programs', () => rawPdf(onePage({ catalog: '/OpenAction<</S/Launch/F(calc.exe)>>' }))),
  pdf('with 21 pages', 'pages', () => pagesOf(21)),
  pdf('with 21 pages of which it lists one', 'pages', () => pagesOf(21, 1)),
  pdf('with two pages of which it lists one', 'damaged', () => pagesOf(2, 1)),
  pdf('whose page tree is a circle', 'damaged', () =>
    rawPdf([
      '<</Type/Catalog/Pages 2 0 R>>',
      '<</Type/Pages/Count 1/Kids[3 0 R]>>',
      '<</Type/Pages/Count 1/Parent 2 0 R/Kids[2 0 R]>>',
    ]),
  ),
  pdf('cut off', 'damaged', async () => (await plainPdf()).subarray(0, -300)),
  pdf('of a million brackets', 'damaged', () => rawPdf(onePage({ catalog: `/A ${'['.repeat(1_000_000)}` }))),
  pdf('whose object stream is a bomb (400 MB)', 'unpacked', () =>
    rawPdf([...onePage({}), stream(bombOf(400_000_000), '/Type/ObjStm/N 1/First 4/Filter/FlateDecode')]),
  ),
  pdf('whose page is a bomb in a bomb (400 MB)', 'unpacked', () =>
    rawPdf(onePage({ contents: stream(deflateSync(bombOf(400_000_000)), '/Filter[/FlateDecode/FlateDecode]') })),
  ),
  pdf('with a million curves', 'time', () =>
    rawPdf(
      onePage({
        contents: stream(
          deflateSync(`200 w ${'0 0 m 9 300 300 9 300 300 c 300 0 9 300 9 9 c S '.repeat(1_500_000)}`),
          '/Filter/FlateDecode',
        ),
      }),
    ),
  ),
  pdf('with a picture of 40,000 × 40,000', 'megapixels', () =>
    imagePage(
      stream(
        bombOf(5_000_000),
        '/Type/XObject/Subtype/Image/Width 40000/Height 40000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode',
      ),
    ),
  ),
  png('of 51 megapixels', 'megapixels', () => rawPng({ width: 8_500, height: 6_000 }, Buffer.alloc(9))),
  png('of 4 billion pixels in one row', 'megapixels', () =>
    rawPng({ width: 2_147_483_647, height: 2 }, Buffer.alloc(9)),
  ),
  jpeg('of 51 megapixels', 'megapixels', async () => {
    const bytes = Buffer.from(await plainJpeg());
    const frame = bytes.indexOf(Buffer.from('ffc0', 'hex'));
    bytes.writeUInt16BE(6_000, frame + 5);
    bytes.writeUInt16BE(8_500, frame + 7);
    return bytes;
  }),
  png('with more pixels than it says (a bomb of 1 GB)', 'damaged', () =>
    rawPng({ width: 100, height: 100 }, Buffer.alloc(1_000_000_000)),
  ),
  png('with fewer pixels than it says', 'damaged', () => rawPng({ width: 100, height: 100 }, Buffer.alloc(9_000))),
  png('that is animated', 'animated', () =>
    rawPng({ width: 100, height: 100 }, Buffer.alloc(10_100), [['acTL', Buffer.alloc(8)]]),
  ),
  png('cut off', 'damaged', async () => (await qr()).subarray(0, -20)),
  png('with a wrong checksum', 'damaged', async () => {
    const bytes = Buffer.from(await qr());
    const last = bytes.length - 1;
    bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last);
    return bytes;
  }),
  jpeg('cut off', 'damaged', async () => (await plainJpeg()).subarray(0, -500)),
];
