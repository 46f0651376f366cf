import { redirect } from 'next/navigation';
import { listSalesAsCsv } from '../../../lib/api/marketplace.ts';
import { readPaging } from '../../../lib/paging.ts';
import { signInPath } from '../../../lib/safe-next.ts';
import { serverApi } from '../../../lib/server/api.ts';

/** Of the API's pages. */
const pageSize = 100;

const headingEnd = '\r\n';

/** All sales as one file. A link cannot ask the API for it, since the API chooses by `Accept` and returns pages. */
export const GET = async (): Promise<Response> => {
  const api = await serverApi();
  let text = '';
  for (let page = 1; ; page += 1) {
    const result = await listSalesAsCsv(api, new URLSearchParams({ page: String(page), limit: String(pageSize) }));
    if (!result.ok) {
      if (result.failure.status === 401) redirect(signInPath('/sales'));
      return new Response('Your sales cannot be read right now. Please try again.', { status: 503 });
    }
    const { data } = result;
    text += page === 1 ? data : data.slice(data.indexOf(headingEnd) + headingEnd.length);
    if (!readPaging(result.header, { page, shown: pageSize }).hasNext) break;
  }
  return new Response(text, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="sales.csv"',
      'Cache-Control': 'no-store',
    },
  });
};
