import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { prepareZXingModule as prepareReader, readBarcodes } from 'zxing-wasm/reader';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';
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

/** A PNG of one QR code, which a seller can upload as a ticket. */
export const ticketPng = async (code: string): Promise<Buffer> => {
  prepareZXingModule({ overrides: { wasmBinary: wasmOf('writer') } });
  const { image, error } = await writeBarcode(code, { format: 'QRCode', scale: 4 });
  if (image === null) throw new Error(error);
  return Buffer.from(await image.arrayBuffer());
};

/** The request that uploads a PNG as the file of a ticket. */
export const uploadRequest = (ticketId: string, png: Buffer) =>
  ({
    method: 'PUT',
    path: `/api/tickets/${ticketId}/file`,
    headers: { 'content-type': 'image/png' },
    body: png,
  }) satisfies HttpRequest;
