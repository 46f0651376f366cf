// Run by mongosh. Authenticates as `__system` with the replica set's keyfile, so that no server ever runs without access
// control, not even before it has a user. Plain loops: mongosh awaits implicitly, but not within callbacks.
const { readFileSync } = require('node:fs');

const key = encodeURIComponent(readFileSync('/etc/mongo-key/KEYFILE', 'utf8').replace(/\s/g, ''));
const tls =
  process.env.MONGO_CA_FILE === undefined ? '' : `&tls=true&tlsCAFile=${encodeURIComponent(process.env.MONGO_CA_FILE)}`;
const longestWaitMs = 300_000;

for (const [name, url] of Object.entries(process.env).filter(([name]) => /_MONGO(_READER)?_URL$/.test(name))) {
  const { host, pathname, username, password } = new URL(url);
  const database = pathname.slice(1);
  const user = decodeURIComponent(username);
  const pwd = decodeURIComponent(password);
  const roles = (name.endsWith('_READER_URL') ? ['read'] : ['readWrite', 'dbAdmin']).map((role) => ({
    role,
    db: database,
  }));
  const giveUpAt = Date.now() + longestWaitMs;
  let ready = false;
  let lastError = '';
  while (!ready) {
    try {
      const admin = connect(
        `mongodb://__system:${key}@${host}/admin?authSource=local&directConnection=true&serverSelectionTimeoutMS=3000${tls}`,
      );
      if (!admin.hello().setName) admin.runCommand({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host }] } });
      if (admin.hello().isWritablePrimary) {
        const own = admin.getSiblingDB(database);
        if (own.getUser(user) === null) own.createUser({ user, pwd, roles });
        else own.updateUser(user, { pwd, roles });
        ready = true;
      }
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      if (error.message !== lastError) print(`${name}, ${host}: ${error.message}`);
      lastError = error.message;
    }
    if (!ready) sleep(500);
  }
  print(`${database}, ${user}: ready`);
}
