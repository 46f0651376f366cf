import { redirect } from 'next/navigation';
import { signInPath } from '../../../lib/safe-next.ts';
import { readSalesCsv } from '../../../lib/sales-csv.ts';
import { serverApi } from '../../../lib/server/api.ts';

/** All sales as one file. A link cannot ask the API for it, since the API chooses by `Accept` and returns pages. */
export const GET = async (): Promise<Response> => {
  const result = await readSalesCsv(await serverApi());
  if (!result.ok) {
    if (result.failure.status === 401) redirect(signInPath('/sales'));
    return new Response('Your sales cannot be read right now. Please try again.', { status: 503 });
  }
  return new Response(result.data, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="sales.csv"',
      'Cache-Control': 'no-store',
    },
  });
};
