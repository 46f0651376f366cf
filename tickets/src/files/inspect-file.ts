import { loadCodeReader, type ReadCode } from './codes.ts';
import { maxDrawings, type CodeDrawing } from './code-drawing.ts';
import { decodePng } from './image/decode-png.ts';
import { shrink, type GrayImage } from './image/gray-image.ts';
import { checkJpeg } from './image/jpeg.ts';
import { checkPng } from './image/png.ts';
import { jpegAsPdf } from './pdf/jpeg-as-pdf.ts';
import { loadPdfium, type Pdfium } from './pdf/pdfium.ts';
import { scanPdf } from './pdf/scan-pdf.ts';
import { FileRefusedError } from './refusal.ts';

/** What is in a file that may be a ticket's. */
export interface FileContent {
  readonly pages: number;
  /** Their texts. */
  readonly codes: readonly string[];
  /** Of the first codes, those that can be drawn. */
  readonly drawings: readonly CodeDrawing[];
}

const maxPages = 20;
const maxCodes = 200;
/** Pixels in which codes are looked for: of a picture or page, and of all pages together. */
const maxImagePixels = 12_500_000;
const maxPagePixels = 9_000_000;
const maxDocumentPixels = 40_000_000;

/** A ZIP's end of central directory (APPNOTE 4.3.16), of the first and only disk. */
const archiveEnd = Buffer.from('504b050600000000', 'hex');

const shrinkBy = (pixels: number): number => Math.ceil(Math.sqrt(pixels / maxImagePixels));

async function* readPdf(bytes: Buffer, pdfium: Pdfium): AsyncGenerator<GrayImage> {
  const header = bytes.indexOf('%PDF-');
  if (header > 0 && header < 1024) throw new FileRefusedError('before');
  if (!/^%PDF-\d\.\d/.test(bytes.toString('latin1', 0, 8))) throw new FileRefusedError('notPdf');
  const end = bytes.lastIndexOf('%%EOF');
  if (end === -1) throw new FileRefusedError('damaged');
  if (!/^[\s\0]*$/.test(bytes.toString('latin1', end + 5))) throw new FileRefusedError('behind');
  const scan = await scanPdf(bytes);
  const document = pdfium.open(bytes);
  const { pages } = scan.isEncrypted ? await scanPdf(document.decrypted()) : scan;
  if (Math.max(document.pages, pages ?? 0) > maxPages) throw new FileRefusedError('pages');
  if (document.pages === 0 || document.pages !== pages) throw new FileRefusedError('damaged');
  for (let page = 0; page < pages; page += 1) {
    yield document.render(page, Math.min(maxPagePixels, maxDocumentPixels / pages));
  }
}

async function* readPng(bytes: Buffer): AsyncGenerator<GrayImage> {
  const image = await decodePng(checkPng(bytes));
  yield shrink(image, shrinkBy(image.width * image.height));
}

async function* readJpeg(bytes: Buffer, pdfium: Pdfium): AsyncGenerator<GrayImage> {
  const header = checkJpeg(bytes);
  const pixels = header.width * header.height;
  yield pdfium.open(jpegAsPdf(bytes, header)).render(0, pixels / shrinkBy(pixels) ** 2);
}

const readers = {
  'application/pdf': readPdf,
  'image/png': readPng,
  'image/jpeg': readJpeg,
} as const;

export type FileType = keyof typeof readers;

export const fileTypes = ['application/pdf', 'image/png', 'image/jpeg'] as const satisfies readonly FileType[];

/** Loads the libraries and returns what inspects one file by its content. @throws FileRefusedError */
export const loadInspector = async (): Promise<(bytes: Buffer, type: FileType) => Promise<FileContent>> => {
  const [pdfium, codeReader] = await Promise.all([loadPdfium(), loadCodeReader()]);
  return async (bytes, type) => {
    if (bytes.includes(archiveEnd)) throw new FileRefusedError('archive');
    const codes = new Map<string, ReadCode['draw']>();
    const add = (found: readonly ReadCode[]): void => {
      for (const { text, draw } of found) if (!codes.has(text)) codes.set(text, draw);
    };
    let pages = 0;
    let last: GrayImage | undefined;
    for await (const image of readers[type](bytes, pdfium)) {
      pages += 1;
      last = image;
      add(await codeReader.read(image));
      if (codes.size > maxCodes) throw new FileRefusedError('codes');
    }
    // A photo or a scan; for a longer document it would take too long.
    if (pages === 1 && codes.size === 0 && last !== undefined) {
      add(await codeReader.readSkewed(last));
    }
    const drawings: CodeDrawing[] = [];
    for (const draw of [...codes.values()].slice(0, maxDrawings)) {
      const drawing = await draw();
      if (drawing !== undefined) drawings.push(drawing);
    }
    return { pages, codes: [...codes.keys()], drawings };
  };
};
