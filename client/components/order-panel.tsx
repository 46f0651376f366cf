'use client';
import { useState } from 'react';
import type { Charge, Order } from '../lib/api/schemas.ts';
import type { StripeConfig } from '../lib/config.ts';
import { attemptsLeft, moneyOutcome } from '../lib/money-outcome.ts';
import { cancelLabels, orderBadge, wasUndone } from '../lib/order-labels.ts';
import type { PayOutcome } from '../lib/pay-order.ts';
import { signInPath } from '../lib/safe-next.ts';
import { Badge } from './badge.tsx';
import { CancelOrder } from './cancel-order.tsx';
import { CompleteOrder } from './complete-order.tsx';
import { Countdown, useSecondsLeft } from './countdown.tsx';
import { Notice } from './notice.tsx';
import { OrderTimeline } from './order-timeline.tsx';
import { PageLink } from './page-link.tsx';
import { PaymentForm } from './payment-form.tsx';
import { ReceiptLink } from './receipt-link.tsx';
import type { PostForm } from './use-form.ts';
import { useOrderWatch } from './use-order-watch.ts';

export interface OrderPanelProps {
  readonly order: Order;
  readonly charge: Charge | undefined;
  /** The server's time when it rendered the page, in milliseconds. */
  readonly now: number;
  readonly stripe: StripeConfig;
  readonly paymentAttempts: number | undefined;
  /** The bank has just led the buyer back to this page. */
  readonly fromBank: boolean;
  readonly post: PostForm;
  readonly postProblem: PostForm;
  /** Formatted by the server, so that every browser shows the same. */
  readonly labels: {
    readonly price: string;
    readonly until: string;
    /** The ticket's current price, if it differs from the order's. */
    readonly newPrice?: string | undefined;
  };
}

const Confirming = () => (
  <div className="flex items-start gap-3">
    <span className="spinner mt-1.5 text-pine" aria-hidden="true" />
    <div>
      <h2 className="text-xl font-semibold">Confirming your hold</h2>
      <p className="mt-1 text-muted">We are checking that no other buyer was faster. This takes a second or two.</p>
    </div>
  </div>
);

const Finishing = () => (
  <div className="flex items-start gap-3">
    <span className="spinner mt-1.5 text-pine" aria-hidden="true" />
    <div>
      <h2 className="text-xl font-semibold">Payment received</h2>
      <p className="mt-1 text-muted">We are completing your order. You can safely leave this page.</p>
    </div>
  </div>
);

/** What is known of a confirmation at the bank while the order is not paid. The address of the page says nothing of it. */
const AtBank = ({ charge, fromBank }: { readonly charge: Charge | undefined; readonly fromBank: boolean }) => {
  if (charge?.nextAction !== undefined) {
    return (
      <div className="mt-5">
        <Notice variant="warning">
          <p className="font-semibold">Your bank asks you to confirm this payment.</p>
          <p>Nothing is charged until you do. Instead, you can use another card below.</p>
          <p className="mt-3">
            <a className="button button-main" href={charge.nextAction.url}>
              Go on at your bank
            </a>
          </p>
        </Notice>
      </div>
    );
  }
  if (!fromBank || charge?.status !== 'created') return null;
  return (
    <div className="mt-5">
      <Notice variant="error">
        <p className="font-semibold">This payment was not confirmed.</p>
        <p>Nothing was charged. Try again, or use another card.</p>
      </Notice>
    </div>
  );
};

const Cancelled = ({
  order,
  charge,
  newPrice,
}: {
  readonly order: Order;
  readonly charge: Charge | undefined;
  readonly newPrice: string | undefined;
}) => {
  const { title, text, link } = cancelLabels(order.reason);
  const wasComplete = wasUndone(order);
  return (
    <div className="grid justify-items-start gap-3">
      <h2 className="text-2xl font-bold">{title}</h2>
      <p className="text-muted">{text}</p>
      {newPrice !== undefined && (
        <p>
          The price is now <strong className="tabular-nums">{newPrice}</strong>.
        </p>
      )}
      <p className="font-semibold" data-testid="money-outcome">
        {moneyOutcome(charge, wasComplete)}
      </p>
      {charge?.stripeRefundId !== undefined && (
        <p className="text-sm text-muted">{`Refund reference ${charge.stripeRefundId}`}</p>
      )}
      <div className="mt-2 flex flex-wrap gap-3">
        <PageLink href={`/tickets/${order.ticket.id}`} className="button button-main">
          {link}
        </PageLink>
        <PageLink href="/" className="button button-quiet">
          Browse tickets
        </PageLink>
      </div>
    </div>
  );
};

/** The state of an order, updated until the order ends. */
export const OrderPanel = (props: OrderPanelProps) => {
  const { stripe, paymentAttempts, post, labels } = props;
  const watch = useOrderWatch(props);
  const [sent, setSent] = useState<PayOutcome['kind']>();
  const { order, charge } = watch;
  const left = useSecondsLeft({
    deadline: Date.parse(order.expiresAt),
    now: props.now,
    clock: watch.clock,
    onZero: watch.expectChange,
  });

  const onSent = (outcome: PayOutcome) => {
    setSent(outcome.kind);
    watch.expectChange();
  };

  const paid = sent === 'accepted' || charge?.status === 'completed';
  const open = order.status === 'awaiting:payment' && !paid;

  return (
    <section className="panel p-5 shadow-sm sm:p-7" aria-label="Order status">
      <p className="mb-4" role="status">
        <Badge {...orderBadge(order)} testId="order-status" />
      </p>
      {watch.problem === 'offline' && (
        <div className="mb-4">
          <Notice variant="warning">We can’t reach the server at the moment. This page retries automatically.</Notice>
        </div>
      )}
      {watch.problem === 'signed-out' && (
        <div className="mb-4">
          <Notice variant="error">
            Your session has ended.{' '}
            <a className="underline" href={signInPath(`/orders/${order.id}`)}>
              Sign in again
            </a>{' '}
            to continue.
          </Notice>
        </div>
      )}
      {order.status === 'created' && <Confirming />}
      {order.status === 'awaiting:payment' && paid && <Finishing />}
      {open && (
        <>
          <div className="rounded-xl bg-pine-deep p-5 text-white">
            {left > 0 ? (
              <Countdown seconds={left} until={labels.until} />
            ) : (
              <p className="flex items-center gap-3 text-lg font-semibold" role="status">
                <span className="spinner" aria-hidden="true" />
                Your hold has run out. One moment…
              </p>
            )}
          </div>
          <AtBank charge={charge} fromBank={props.fromBank && sent === undefined} />
          <h2 className="mt-6 mb-3 text-xl font-semibold">
            {charge?.nextAction === undefined ? 'Pay by card' : 'Use another card'}
          </h2>
          <noscript>
            <p className="notice notice-warning">
              Paying needs JavaScript: your browser sends the card directly to Stripe, not through our servers.
            </p>
          </noscript>
          <PaymentForm
            orderId={order.id}
            price={labels.price}
            stripe={stripe}
            expired={left === 0}
            attemptsLeft={attemptsLeft(charge?.attempts, paymentAttempts)}
            onSent={onSent}
          />
        </>
      )}
      {order.status === 'complete' && (
        <CompleteOrder
          order={order}
          charge={charge}
          price={labels.price}
          postProblem={props.postProblem}
          onReported={watch.expectChange}
        />
      )}
      {order.status === 'cancelled' && <Cancelled order={order} charge={charge} newPrice={labels.newPrice} />}
      <ReceiptLink charge={charge} />
      {(open || order.status === 'created') && (
        <div className="mt-4 border-t border-line pt-3">
          <CancelOrder post={post} orderId={order.id} onDone={watch.expectChange} />
        </div>
      )}
      <OrderTimeline order={order} />
    </section>
  );
};
