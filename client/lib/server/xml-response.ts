import 'server-only';

/** Kept by crawlers and caches for an hour; without a document it says that there is none at the moment. */
export const xmlResponse = (document: string | undefined): Response =>
  document === undefined
    ? new Response(undefined, { status: 503, headers: { 'Retry-After': '60' } })
    : new Response(document, {
        headers: { 'Content-Type': 'application/xml; charset=utf-8', 'Cache-Control': 'public, max-age=3600' },
      });
