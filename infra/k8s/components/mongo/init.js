// Run by mongosh. Signs in with the key that the members of a replica set know each other by, so that no server is ever
// open to everybody, not even before it has a user.
const { readFileSync } = require('node:fs');

const key = encodeURIComponent(readFileSync('/etc/mongo-key/KEYFILE', 'utf8').replace(/\s/g, ''));

/** Repeats what fails, since servers may be on their way. */
const eventually = (what, attempt) => {
  for (let tries = 1; ; tries += 1) {
    try {
      return attempt();
    } catch (error) {
      if (tries === 120) throw error;
      if (tries % 10 === 0) print(`${what}: ${error.message}`);
      sleep(1000);
    }
  }
};

for (const [name, url] of Object.entries(process.env).filter(([name]) => name.endsWith('_MONGO_URL'))) {
  const { host, pathname, username, password } = new URL(url);
  const database = pathname.slice(1);
  const admin = eventually(`${name} at ${host}`, () =>
    connect(
      `mongodb://__system:${key}@${host}/admin?authSource=local&directConnection=true&serverSelectionTimeoutMS=5000`,
    ),
  );
  eventually(`replica set at ${host}`, () => {
    if (admin.hello().isWritablePrimary) return;
    try {
      admin.getSiblingDB('admin').runCommand({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host }] } });
    } catch (error) {
      if (error.codeName !== 'AlreadyInitialized') throw error;
    }
    throw new Error('it is no primary yet');
  });
  const own = admin.getSiblingDB(database);
  const user = decodeURIComponent(username);
  const pwd = decodeURIComponent(password);
  const roles = [
    { role: 'readWrite', db: database },
    { role: 'dbAdmin', db: database },
  ];
  if (own.getUser(user) === null) own.createUser({ user, pwd, roles });
  else own.updateUser(user, { pwd, roles });
  print(`${database}: ready`);
}
