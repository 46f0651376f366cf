import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { receiptText, type Receipt } from './receipt-text.ts';

const filename = (orderId: string): string => `receipt-${orderId.replace(/[^\w-]/g, '_')}.pdf`;
const maxCachedBytes = 8 * 1024 * 1024;

/** A receipt as a file. */
export interface ReceiptFile {
  readonly filename: string;
  readonly contentType: 'application/pdf';
  readonly content: Buffer;
}

/** The same receipt is the same bytes, in every process. */
export type Receipts = (receipt: Receipt) => Promise<ReceiptFile>;

/**
 * Renders receipts one at a time, since that takes this process's only thread for some ten milliseconds, and keeps the last
 * ones. What it needs, fonts too, is loaded with the first receipt that needs it, and stays in memory.
 */
export const openReceipts = (): Receipts => {
  const oneByOne = pLimit(1);
  const rendered = new LRUCache<string, Buffer>({
    maxSize: maxCachedBytes,
    sizeCalculation: ({ length }, key) => length + 2 * key.length,
  });

  const render = async (receipt: Receipt): Promise<Buffer> => {
    const text = receiptText(receipt);
    const key = JSON.stringify([text, receipt.paidAt]);
    const known = rendered.get(key);
    if (known !== undefined) return known;
    const { drawDocument } = await import('./draw-document.ts');
    const bytes = await drawDocument(text, receipt.paidAt);
    rendered.set(key, bytes);
    return bytes;
  };

  return async (receipt) => ({
    filename: filename(receipt.orderId),
    contentType: 'application/pdf',
    content: await oneByOne(render, receipt),
  });
};
