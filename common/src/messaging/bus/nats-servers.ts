/** What `connect` of the NATS client takes: it reads no credentials in URLs itself. */
export interface NatsServers {
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
}

/** NATS_URL (`nats://user:password@host:port`, or with a token in front of the @; comma-separated) taken apart. */
export const natsServers = (urls: string): NatsServers => {
  const parsed = urls
    .split(',')
    .map((url) => url.trim())
    .map((url) => new URL(url.includes('://') ? url : `nats://${url}`));
  const servers = parsed.map((url) => `${url.protocol}//${url.host}`);
  const withCredentials = parsed.find((url) => url.username !== '');
  if (withCredentials === undefined) return { servers };
  const user = decodeURIComponent(withCredentials.username);
  if (withCredentials.password === '') return { servers, token: user };
  return { servers, user, pass: decodeURIComponent(withCredentials.password) };
};
