const shape = /^(mongodb(?:\+srv)?:\/\/(?:[^@/?]*@)?[^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/;

/**
 * Returns `url` with the name of a service's database, keeping credentials and options. Credentials are still checked
 * against the database in `url`: it becomes `authSource`.
 */
export const databaseUrl = (url: string, database: string): string => {
  const found = shape.exec(url);
  if (found === null) throw new Error('MONGO_URL is not a MongoDB address');
  const [, server = '', named = '', query = ''] = found;
  const options = new URLSearchParams(query);
  if (server.includes('@') && named !== '' && !options.has('authSource')) options.set('authSource', named);
  const text = options.toString();
  return `${server}/${database}${text === '' ? '' : `?${text}`}`;
};

const mongoUrl = /^(mongodb:\/\/)([^/?]+)(.*)$/;

/** One address of all members of a cluster, by the addresses of each: MongoDB's, with the same options, or NATS'. */
export const joinUrls = (urls: readonly string[]): string => {
  const parts = urls.map((url) => mongoUrl.exec(url));
  const [first] = parts;
  if (first === null || first === undefined) return urls.join(',');
  return `${first[1]}${parts.map((part) => part?.[2]).join(',')}${first[3]}`;
};
