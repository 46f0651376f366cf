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
