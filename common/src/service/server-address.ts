/** Protocol, host and port of an HTTP server's URL, as clients take them that take no URL. */
export const serverAddress = (
  url: string,
): { readonly protocol: 'http' | 'https'; readonly host: string; readonly port: number } => {
  const { protocol, hostname, port } = new URL(url);
  return protocol === 'https:'
    ? { protocol: 'https', host: hostname, port: Number(port || 443) }
    : { protocol: 'http', host: hostname, port: Number(port || 80) };
};
