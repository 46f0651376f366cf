import { listEvents } from '../../../lib/api/marketplace.ts';
import { eventHref } from '../../../lib/event-labels.ts';
import { readPaging } from '../../../lib/paging.ts';
import { anonymousApi } from '../../../lib/server/api.ts';
import { runtimeConfig } from '../../../lib/server/runtime.ts';
import { xmlResponse } from '../../../lib/server/xml-response.ts';
import { newestName, sitemapOf, sitemapQuery } from '../../../lib/sitemap.ts';

export const dynamic = 'force-dynamic';

/** Of the API's pages. */
const pageSize = 100;

/** The events of one sitemap; that of the newest has the site's own pages too. */
export const GET = async (
  _request: Request,
  { params }: { readonly params: Promise<{ readonly name: string }> },
): Promise<Response> => {
  const { name } = await params;
  const query = sitemapQuery(name);
  if (query === undefined) return new Response(undefined, { status: 404 });
  const api = await anonymousApi();
  const paths = name === newestName ? ['/'] : [];
  for (let page = 1; ; page += 1) {
    const parameters = new URLSearchParams({ ...query, page: String(page), limit: String(pageSize) });
    const result = await listEvents(api, parameters);
    if (!result.ok) return xmlResponse(undefined);
    paths.push(...result.data.map((event) => eventHref(event)));
    if (!readPaging(result.header, { page, shown: result.data.length }).hasNext) break;
  }
  const { publicUrl } = runtimeConfig();
  return xmlResponse(sitemapOf(paths.map((path) => new URL(path, publicUrl).href)));
};
