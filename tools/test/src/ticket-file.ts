import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { prepareZXingModule as prepareReader, readBarcodes } from 'zxing-wasm/reader';
import { prepareZXingModule, writeBarcode, type WriterOptions } from 'zxing-wasm/writer';
import type { HttpRequest } from './http-client.ts';

const { resolve } = createRequire(import.meta.url);

const wasmOf = (part: 'reader' | 'writer'): ArrayBuffer =>
  Uint8Array.from(readFileSync(resolve(`zxing-wasm/${part}/zxing_${part}.wasm`))).buffer;

/** What a scanner reads in a picture, such as a screenshot: the texts of its codes. */
export const readCodes = async (picture: Buffer): Promise<string[]> => {
  prepareReader({ overrides: { wasmBinary: wasmOf('reader') } });
  const found = await readBarcodes(new Blob([Uint8Array.from(picture)]));
  return found.map(({ text }) => text);
};

const pngOf = async (code: string, options: WriterOptions): Promise<Buffer> => {
  prepareZXingModule({ overrides: { wasmBinary: wasmOf('writer') } });
  const { image, error } = await writeBarcode(code, { scale: 4, ...options });
  if (image === null) throw new Error(error);
  return Buffer.from(await image.arrayBuffer());
};

/** A PNG of one QR code, which a seller can upload as a ticket. */
export const ticketPng = (code: string): Promise<Buffer> => pngOf(code, { format: 'QRCode' });

/** The same of a code that the wallet cannot draw: a scanner would read every drawing of it differently. */
export const undrawablePng = (serial: string): Promise<Buffer> =>
  pngOf(`[21]${serial}`, { format: 'Code128', options: 'gs1' });

/** The request that uploads a PNG as the file of a ticket. */
export const uploadRequest = (ticketId: string, png: Buffer) =>
  ({
    method: 'PUT',
    path: `/api/tickets/${ticketId}/file`,
    headers: { 'content-type': 'image/png' },
    body: png,
  }) satisfies HttpRequest;
