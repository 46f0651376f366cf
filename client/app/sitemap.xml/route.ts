import { listEvents } from '../../lib/api/marketplace.ts';
import { readPaging } from '../../lib/paging.ts';
import { anonymousApi } from '../../lib/server/api.ts';
import { xmlResponse } from '../../lib/server/xml-response.ts';
import { runtimeConfig } from '../../lib/server/runtime.ts';
import { monthNames, newestName, sitemapIndexOf } from '../../lib/sitemap.ts';

export const dynamic = 'force-dynamic';

/** An index. A sitemap has as many events as a list of the API reaches; if there are more, each month has one of its own. */
export const GET = async (): Promise<Response> => {
  const result = await listEvents(await anonymousApi(), new URLSearchParams({ limit: '1' }));
  if (!result.ok) return xmlResponse(undefined);
  const { isCapped } = readPaging(result.header, { page: 1, shown: result.data.length });
  const names = [newestName, ...(isCapped ? monthNames(new Date()) : [])];
  const { publicUrl } = runtimeConfig();
  return xmlResponse(sitemapIndexOf(names.map((name) => new URL(`/sitemaps/${name}`, publicUrl).href)));
};
