import { calendarEntry } from '@ticketing/common/calendar';
import { getOrder } from '../../../../lib/api/marketplace.ts';
import { signInPath } from '../../../../lib/safe-next.ts';
import { serverApi } from '../../../../lib/server/api.ts';
import { runtimeConfig } from '../../../../lib/server/runtime.ts';
import { redirect } from 'next/navigation';

const refuse = (status: number, text: string): Response =>
  new Response(text, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });

/** The event of a bought ticket for the buyer's calendar, as the mail about the payment has it. */
export const GET = async (
  _request: Request,
  { params }: { readonly params: Promise<{ readonly orderId: string }> },
): Promise<Response> => {
  const { orderId } = await params;
  const result = await getOrder(await serverApi(), orderId);
  if (!result.ok) {
    const { status } = result.failure;
    if (status === 401) redirect(signInPath(`/orders/${encodeURIComponent(orderId)}`));
    return status === 404
      ? refuse(404, 'There is no such order.')
      : refuse(503, 'Your order cannot be read right now. Please try again.');
  }
  const { status, ticket } = result.data;
  if (status !== 'complete' || ticket.startsAt === undefined) return refuse(404, 'This order has no event to come.');
  const { filename, contentType, content } = calendarEntry({
    ...ticket,
    orderId,
    site: runtimeConfig().publicUrl,
    startsAt: new Date(ticket.startsAt),
  });
  return new Response(content, {
    headers: {
      'Content-Type': contentType,
      'Content-Disposition': `attachment; filename="${filename}"`,
      'Cache-Control': 'private, no-store',
    },
  });
};
