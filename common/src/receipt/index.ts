export { openReceipts } from './open-receipts.ts';
export type { ReceiptFile, Receipts } from './open-receipts.ts';
export type { Receipt } from './receipt-text.ts';
