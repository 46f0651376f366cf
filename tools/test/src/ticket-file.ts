import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';
import type { HttpRequest } from './http-client.ts';

const { resolve } = createRequire(import.meta.url);

/** A PNG of one QR code, which a seller can upload as a ticket. */
export const ticketPng = async (code: string): Promise<Buffer> => {
  const wasmBinary = Uint8Array.from(readFileSync(resolve('zxing-wasm/writer/zxing_writer.wasm'))).buffer;
  prepareZXingModule({ overrides: { wasmBinary } });
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
