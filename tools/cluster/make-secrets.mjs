import { randomBytes } from 'node:crypto';
import { readServices } from '../launcher/workspaces.mjs';

const random = (bytes = 24) => randomBytes(bytes).toString('hex');

/** A password for NATS. It begins with a letter, because NATS parses values that begin like a number as numbers. */
const natsPassword = () => `n${random()}`;

/** The URL and the password of one user of NATS. @param {string} user */
const natsUser = (user) => {
  const password = natsPassword();
  return { NATS_URL: `nats://${user}:${password}@nats:4222`, NATS_PASSWORD: password };
};

/** The URL of a service's database. @param {string} service @param {string} user */
const mongoUser = (service, user) => ({
  MONGO_URL: `mongodb://${user}:${random()}@${service}-mongo-0.${service}-mongo:27017/${service}?replicaSet=rs0`,
});

/**
 * Generates every secret that the manifests use.
 * @returns {Record<string, Record<string, string>>}
 */
export const makeSecrets = () => {
  const redisPassword = random();
  return {
    'jwt-secret': { JWT_KEY: random(32) },
    'link-secret': { LINK_KEY: random(32) },
    'code-secret': { CODE_KEY: random(32) },
    'stripe-secret': {
      STRIPE_KEY: `sk_test_${random()}`,
      STRIPE_PUBLISHABLE_KEY: `pk_test_${random()}`,
      STRIPE_WEBHOOK_SECRET: `whsec_${random()}`,
    },
    'nats-routes': { NATS_ROUTE_PASSWORD: natsPassword() },
    ...Object.fromEntries(
      [...readServices().map(({ name }) => name), 'watchdog', 'operator'].map((user) => [
        `${user}-nats`,
        natsUser(user),
      ]),
    ),
    'redis-secret': { REDIS_URL: `redis://:${redisPassword}@redis:6379`, REDIS_PASSWORD: redisPassword },
    // The mailbox of the local overlay, which offers no TLS.
    'smtp-secret': { SMTP_URL: 'smtp://mailbox:1025?requireTLS=false' },
    'mongo-keyfile': { KEYFILE: randomBytes(384).toString('base64') },
    // The watchdog's: users that may read only, and a key like Stripe's restricted ones.
    'watchdog-stripe': { STRIPE_KEY: `rk_test_${random()}` },
    ...Object.fromEntries(
      readServices().flatMap(({ name }) => [
        [`${name}-mongo`, mongoUser(name, name)],
        [`${name}-mongo-reader`, mongoUser(name, 'watchdog')],
      ]),
    ),
  };
};
