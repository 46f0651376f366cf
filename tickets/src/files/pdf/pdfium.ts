import { init } from '@embedpdf/pdfium';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FileRefusedError } from '../refusal.ts';
import type { GrayImage } from '../image/gray-image.ts';

const { resolve } = createRequire(import.meta.url);

/** A PDF that is open. */
export interface PdfDocument {
  readonly pages: number;
  /** The page in grey, with at most `maxPixels`, at 300 dots per inch if that is less. */
  render(page: number, maxPixels: number): GrayImage;
  /** The same document without encryption. */
  decrypted(): Buffer;
}

export interface Pdfium {
  /** @throws FileRefusedError when the file is damaged or needs a password. */
  open(bytes: Buffer): PdfDocument;
}

const passwordError = 4;
const grayFormat = 1;
const withAnnotations = 1;
const white = 0xff_ff_ff_ff;
const pointsPerInch = 72;
const dotsPerInch = 300;
const maxSide = 16_384;

/** Loads PDFium (WebAssembly), which has neither scripts nor forms of XFA. It is used for one file and then thrown away. */
export const loadPdfium = async (): Promise<Pdfium> => {
  const library = await init({ wasmBinary: bytesOf(readFileSync(resolve('@embedpdf/pdfium/pdfium.wasm'))) });
  const { pdfium } = library;
  library.PDFiumExt_Init();

  const open = (bytes: Buffer): PdfDocument => {
    const place = pdfium.wasmExports.malloc(bytes.length);
    pdfium.HEAPU8.set(bytes, place);
    const document = library.FPDF_LoadMemDocument(place, bytes.length, '');
    if (document === 0) {
      throw new FileRefusedError(library.FPDF_GetLastError() === passwordError ? 'password' : 'damaged');
    }
    return {
      pages: library.FPDF_GetPageCount(document),
      render: (index, maxPixels) => {
        const page = library.FPDF_LoadPage(document, index);
        if (page === 0) throw new FileRefusedError('damaged');
        const [points, height] = [library.FPDF_GetPageWidthF(page), library.FPDF_GetPageHeightF(page)];
        if (!(points > 0 && height > 0)) throw new FileRefusedError('damaged');
        const scale = Math.min(
          dotsPerInch / pointsPerInch,
          Math.sqrt(maxPixels / (points * height)),
          maxSide / Math.max(points, height),
        );
        const size = { width: Math.ceil(points * scale), height: Math.ceil(height * scale) };
        const bitmap = library.FPDFBitmap_CreateEx(size.width, size.height, grayFormat, 0, 0);
        if (bitmap === 0) throw new FileRefusedError('unreadable');
        library.FPDFBitmap_FillRect(bitmap, 0, 0, size.width, size.height, white);
        library.FPDF_RenderPageBitmap(bitmap, page, 0, 0, size.width, size.height, 0, withAnnotations);
        const [start, stride] = [library.FPDFBitmap_GetBuffer(bitmap), library.FPDFBitmap_GetStride(bitmap)];
        const pixels = new Uint8Array(size.width * size.height);
        for (let y = 0; y < size.height; y += 1) {
          const row = start + y * stride;
          pixels.set(pdfium.HEAPU8.subarray(row, row + size.width), y * size.width);
        }
        library.FPDFBitmap_Destroy(bitmap);
        library.FPDF_ClosePage(page);
        return { ...size, pixels };
      },
      decrypted: () => {
        const writer = library.PDFiumExt_OpenFileWriter();
        if (!library.EPDF_RemoveEncryption(document) || library.PDFiumExt_SaveAsCopy(document, writer) === 0) {
          throw new FileRefusedError('unreadable');
        }
        const size = library.PDFiumExt_GetFileWriterSize(writer);
        const copy = pdfium.wasmExports.malloc(size);
        library.PDFiumExt_GetFileWriterData(writer, copy, size);
        return Buffer.from(pdfium.HEAPU8.slice(copy, copy + size));
      },
    };
  };
  return { open };
};

const bytesOf = (buffer: Buffer): ArrayBuffer => Uint8Array.from(buffer).buffer;
