/** Options for `connect` of the NATS client, which ignores credentials in URLs. */
export interface NatsServers {
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  /** Set when every URL is tls://: a server that offers no TLS is refused then, and gets no password. */
  readonly tls?: Readonly<Record<string, never>>;
  /** Replies go to subjects of the user's own: a user of the cluster may subscribe to no others. */
  readonly inboxPrefix?: string;
}

/** Before the subjects of all replies to this user. */
export const inboxPrefixOf = (user: string): string => `_INBOX_${user}`;

/** Parses NATS_URL: `nats://user:password@host:port`, or a token before the @; comma-separated. */
export const natsServers = (urls: string): NatsServers => {
  const parsed = urls
    .split(',')
    .map((url) => url.trim())
    .map((url) => new URL(url.includes('://') ? url : `nats://${url}`));
  const servers = parsed.map((url) => `${url.protocol}//${url.host}`);
  const addresses = { servers, ...(parsed.every(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}) };
  const withCredentials = parsed.find((url) => url.username !== '');
  if (withCredentials === undefined) return addresses;
  const user = decodeURIComponent(withCredentials.username);
  if (withCredentials.password === '') return { ...addresses, token: user };
  const pass = decodeURIComponent(withCredentials.password);
  return { ...addresses, user, pass, ...(/^[\w-]+$/.test(user) ? { inboxPrefix: inboxPrefixOf(user) } : {}) };
};
