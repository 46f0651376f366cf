import { deliverSoon } from './deliver-soon.ts';
import { delivered } from './delivered.ts';
import { paidOut } from './paid-out.ts';
import { paid } from './paid.ts';
import { refunded } from './refunded.ts';
import { saleDisputed } from './sale-disputed.ts';
import { saleRefunded } from './sale-refunded.ts';
import { sold } from './sold.ts';

/** Every mail that notifications sends. */
export const templates = [paid, delivered, sold, deliverSoon, refunded, saleRefunded, saleDisputed, paidOut];
