import { isCrossSite } from '@ticketing/common/edge';
import type { Logger } from '@ticketing/common/service';
import express, { type Express, type RequestHandler } from 'express';
import { cancelPaymentIntent, cancelPaymentIntentParams } from './commands/cancel-payment-intent.ts';
import { confirmPaymentIntent, confirmPaymentIntentParams } from './commands/confirm-payment-intent.ts';
import { createAccount, createAccountParams, updateAccount, updateAccountParams } from './commands/create-account.ts';
import { createAccountLink, createAccountLinkParams } from './commands/create-account-link.ts';
import { createTransfer, createTransferParams } from './commands/create-transfer.ts';
import { reverseTransfer, reverseTransferParams } from './commands/reverse-transfer.ts';
import { createPaymentIntent, createPaymentIntentParams } from './commands/create-payment-intent.ts';
import { createPaymentMethod, createPaymentMethodParams } from './commands/create-payment-method.ts';
import { createRefund, createRefundParams } from './commands/create-refund.ts';
import { closeDispute, closeDisputeParams, updateDispute, updateDisputeParams } from './commands/settle-dispute.ts';
import { updatePaymentIntent, updatePaymentIntentParams } from './commands/update-payment-intent.ts';
import type { Config } from './config.ts';
import type { BalanceTransaction, Charge, Dispute, Refund } from './domain/records.ts';
import type { Transfer } from './domain/connect-records.ts';
import type { LoggedEvent } from './event-log.ts';
import { getAccount } from './routes/account.ts';
import { authenticate } from './routes/authenticate.ts';
import { postSandboxCharge, postSandboxDispute, postSandboxRefund } from './routes/bank-decisions.ts';
import { getBankPage, postBankPage } from './routes/bank-page.ts';
import { getBehaviour, postBehaviour } from './routes/behaviour.ts';
import { getCalls, recordCall } from './routes/calls.ts';
import { cardForm } from './routes/card-form.ts';
import type { ApiKit } from './routes/api-kit.ts';
import { getEvent, seenEvents, showEvent } from './routes/events.ts';
import { handleErrors, noSuchRoute } from './routes/handle-errors.ts';
import { mutation } from './routes/mutation.ts';
import { equals, list, listRecords, oneOf, pattern, retrieve } from './routes/reading.ts';
import { getOnboarding, postOnboarding, postSandboxAccount } from './routes/onboarding.ts';
import { StripeError } from './stripe-error.ts';

const bodyLimit = '100kb';

const formOnly: RequestHandler = (req, _res, next) => {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  if (hasBody && req.is('application/x-www-form-urlencoded') === false) {
    throw new StripeError(400, {
      message: 'Invalid request (check that your POST content type is application/x-www-form-urlencoded).',
    });
  }
  next();
};

/** A page of another site, open in a developer's browser, must not change how the sandbox behaves. */
const ownSiteOnly: RequestHandler = (req, _res, next) => {
  if (isCrossSite(req)) throw new StripeError(403, { message: 'Requests from other sites are refused.' });
  next();
};

/** Every route on one screen. */
export const buildApp = (
  kit: ApiKit & { readonly logger: Logger },
  config: Pick<Config, 'STRIPE_KEY' | 'CARD_FORM_ORIGINS'>,
): Express => {
  const { store } = kit;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'extended');

  app.get('/sandbox/behaviour', getBehaviour(kit));
  const anyJson = express.json({ type: () => true, limit: bodyLimit });
  app.post('/sandbox/behaviour', ownSiteOnly, anyJson, postBehaviour(kit));
  app.get('/sandbox/calls', getCalls(kit.calls));
  app.get('/elements/card', cardForm(config.CARD_FORM_ORIGINS));

  app.post('/sandbox/accounts/:id', ownSiteOnly, anyJson, postSandboxAccount(kit));
  app.post('/sandbox/charges/:id', ownSiteOnly, anyJson, postSandboxCharge(kit));
  app.post('/sandbox/disputes/:id', ownSiteOnly, anyJson, postSandboxDispute(kit));
  app.post('/sandbox/refunds/:id', ownSiteOnly, anyJson, postSandboxRefund(kit));
  const form = express.urlencoded({ extended: true, limit: bodyLimit });
  app.get('/bank/:intent/:authentication', getBankPage(kit));
  app.post('/bank/:intent/:authentication', ownSiteOnly, form, postBankPage(kit));
  app.get('/onboarding/:link', getOnboarding(kit));
  app.post('/onboarding/:link', ownSiteOnly, form, postOnboarding(kit));

  app.use('/v1', recordCall(kit.calls), authenticate(config.STRIPE_KEY), formOnly, form);

  const intent = { title: 'payment_intent', param: 'intent' };
  app.post('/v1/payment_intents', mutation(kit, createPaymentIntentParams, createPaymentIntent));
  app.post('/v1/payment_intents/:id', mutation(kit, updatePaymentIntentParams, updatePaymentIntent));
  app.post('/v1/payment_intents/:id/confirm', mutation(kit, confirmPaymentIntentParams, confirmPaymentIntent));
  app.post('/v1/payment_intents/:id/cancel', mutation(kit, cancelPaymentIntentParams, cancelPaymentIntent));
  app.get(
    '/v1/payment_intents/:id',
    retrieve(kit, 'payment_intent', intent, (id) => store.paymentIntent(id)),
  );
  app.get(
    '/v1/payment_intents',
    listRecords(kit, {
      kind: 'payment_intent',
      title: 'payment_intent',
      url: '/v1/payment_intents',
      table: store.paymentIntents,
      filters: {},
    }),
  );

  app.get(
    '/v1/charges/:id',
    retrieve(kit, 'charge', { title: 'charge', param: 'id' }, (id) => store.charge(id)),
  );
  app.get(
    '/v1/charges',
    listRecords(kit, {
      kind: 'charge',
      title: 'charge',
      url: '/v1/charges',
      table: store.charges,
      filters: { payment_intent: equals((charge: Charge) => charge.paymentIntent) },
    }),
  );

  app.post(
    '/v1/refunds',
    mutation(kit, createRefundParams, createRefund, (params) => params.payment_intent ?? params.charge),
  );
  app.get(
    '/v1/refunds/:id',
    retrieve(kit, 'refund', { title: 'refund', param: 'id' }, (id) => store.refund(id)),
  );
  app.get(
    '/v1/refunds',
    listRecords(kit, {
      kind: 'refund',
      title: 'refund',
      url: '/v1/refunds',
      table: store.refunds,
      filters: {
        payment_intent: equals((refund: Refund) => refund.paymentIntent),
        charge: equals((refund: Refund) => refund.charge),
      },
    }),
  );

  app.get(
    '/v1/disputes/:id',
    retrieve(kit, 'dispute', { title: 'dispute', param: 'dispute' }, (id) => store.dispute(id)),
  );
  app.post('/v1/disputes/:id', mutation(kit, updateDisputeParams, updateDispute));
  app.post('/v1/disputes/:id/close', mutation(kit, closeDisputeParams, closeDispute));
  app.get(
    '/v1/disputes',
    listRecords(kit, {
      kind: 'dispute',
      title: 'dispute',
      url: '/v1/disputes',
      table: store.disputes,
      filters: {
        charge: equals((dispute: Dispute) => dispute.charge),
        payment_intent: equals((dispute: Dispute) => dispute.paymentIntent),
      },
    }),
  );

  app.get(
    '/v1/balance_transactions/:id',
    retrieve(kit, 'balance_transaction', { title: 'balance transaction', param: 'id' }, (id) =>
      store.balanceTransaction(id),
    ),
  );
  app.get(
    '/v1/balance_transactions',
    listRecords(kit, {
      kind: 'balance_transaction',
      title: 'balance transaction',
      url: '/v1/balance_transactions',
      table: store.balanceTransactions,
      filters: {
        source: equals((row: BalanceTransaction) => row.source),
        type: equals((row: BalanceTransaction) => row.type),
      },
    }),
  );

  app.post('/v1/accounts', mutation(kit, createAccountParams, createAccount));
  app.post('/v1/accounts/:id', mutation(kit, updateAccountParams, updateAccount));
  app.get(
    '/v1/accounts/:id',
    retrieve(kit, 'account', { title: 'account', param: 'account' }, (id) => store.account(id)),
  );
  app.get(
    '/v1/accounts',
    listRecords(kit, { kind: 'account', title: 'account', url: '/v1/accounts', table: store.accounts, filters: {} }),
  );
  app.post('/v1/account_links', mutation(kit, createAccountLinkParams, createAccountLink));

  app.post('/v1/transfers', mutation(kit, createTransferParams, createTransfer));
  app.get(
    '/v1/transfers/:id',
    retrieve(kit, 'transfer', { title: 'transfer', param: 'id' }, (id) => store.transfer(id)),
  );
  app.get(
    '/v1/transfers',
    listRecords(kit, {
      kind: 'transfer',
      title: 'transfer',
      url: '/v1/transfers',
      table: store.transfers,
      filters: {
        destination: equals((transfer: Transfer) => transfer.destination),
        transfer_group: equals((transfer: Transfer) => transfer.transferGroup),
      },
    }),
  );
  app.post('/v1/transfers/:id/reversals', mutation(kit, reverseTransferParams, reverseTransfer));
  app.get(
    '/v1/transfers/:id/reversals',
    listRecords(kit, {
      kind: 'transfer_reversal',
      title: 'transfer_reversal',
      url: '/v1/transfers/:id/reversals',
      table: store.transferReversals,
      filters: {},
      isNested: true,
    }),
  );

  app.post('/v1/payment_methods', mutation(kit, createPaymentMethodParams, createPaymentMethod));
  app.get(
    '/v1/payment_methods/:id',
    retrieve(kit, 'payment_method', { title: 'PaymentMethod', param: 'payment_method' }, (id) =>
      store.paymentMethod(id),
    ),
  );
  app.get('/v1/account', getAccount(kit));

  app.get('/v1/events/:id', getEvent(kit));
  app.get(
    '/v1/events',
    list(kit, {
      title: 'event',
      url: '/v1/events',
      table: store.events,
      filters: { type: pattern((event: LoggedEvent) => event.type), types: oneOf((event: LoggedEvent) => event.type) },
      seen: (req) => seenEvents(store, req),
      show: showEvent(store),
    }),
  );

  app.use(noSuchRoute, handleErrors(kit.logger));
  return app;
};
