const shape = /^(mongodb(?:\+srv)?:\/\/(?:[^@/?]*@)?[^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/;

/**
 * The address of one service's own database on the server of `url`, credentials and options kept. Whoever signs in is
 * known to the database that `url` names, so that one stays the one that is asked.
 */
export const databaseUrl = (url: string, database: string): string => {
  const found = shape.exec(url);
  if (found === null) throw new Error('MONGO_URL is not an address of MongoDB');
  const [, server = '', named = '', query = ''] = found;
  const options = new URLSearchParams(query);
  if (server.includes('@') && named !== '' && !options.has('authSource')) options.set('authSource', named);
  const text = options.toString();
  return `${server}/${database}${text === '' ? '' : `?${text}`}`;
};
