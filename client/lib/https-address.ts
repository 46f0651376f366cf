/** Where a page that was requested by plain http is redirected to: always an address of this site. */
export const httpsAddress = (url: string | undefined, publicUrl: URL): string =>
  publicUrl.origin + (url?.startsWith('/') === true ? url : '/');
