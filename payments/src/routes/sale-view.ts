import { toMajor, type Currency } from '@ticketing/common/money';
import type { z } from 'zod';
import { proceedsOf, saleStateOf } from '../domain/sale.ts';
import type { Balance } from '../queries/get-balance.ts';
import type { SaleDocument } from '../queries/list-sales.ts';
import type { balanceShape, saleShape } from './sales-shape.ts';

export type SaleView = z.infer<typeof saleShape>;

export const toSaleView = (currency: Currency, sale: SaleDocument): SaleView => {
  const { _id, order, amount, left = amount, fee = 0, availableAt, paidOutAt } = sale;
  return {
    orderId: _id,
    ticketId: order.ticket.id,
    title: order.ticket.title,
    price: toMajor(currency, amount),
    fee: toMajor(currency, fee),
    proceeds: toMajor(currency, proceedsOf(sale)),
    currency: currency.code,
    state: saleStateOf(sale),
    availableAt: availableAt?.toISOString(),
    paidOutAt: paidOutAt?.toISOString(),
    refunded: left < amount ? toMajor(currency, amount - left) : undefined,
  };
};

export const toBalanceView = (currency: Currency, balance: Balance): z.infer<typeof balanceShape> => {
  const { held, available, paidOut, nextRelease } = balance;
  return {
    currency: currency.code,
    held: toMajor(currency, held),
    available: toMajor(currency, available),
    paidOut: toMajor(currency, paidOut),
    nextRelease: nextRelease && {
      at: nextRelease.at.toISOString(),
      amount: toMajor(currency, nextRelease.amount),
    },
  };
};
