import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readServices } from '../launcher/workspaces.mjs';

const days = '365';

/** The names under which clients connect to each kind of server. Port forwards connect to the loopback. */
const names = {
  nats: ['nats', ...[0, 1, 2].map((n) => `nats-${n}.nats`)],
  redis: ['redis'],
  mongo: readServices().map(({ name }) => `${name}-mongo-0.${name}-mongo`),
};

/**
 * Makes the certificates of the component `tls` with openssl: an authority whose key is not kept, and one certificate for
 * each kind of server. Keys are file names: `ca.crt`, `nats.crt`, `nats.key`, and `mongo.pem` with both, for example.
 * @returns {Record<string, string>}
 */
export const makeCertificates = () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticketing-tls-'));
  /** @param {string[]} args */
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  /** @param {string} file */
  const read = (file) => readFileSync(join(folder, file), 'utf8');
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
  try {
    openssl('req', '-x509', ...newKey, '-days', days, '-subj', '/CN=ticketing', '-keyout', 'ca.key', '-out', 'ca.crt');
    /** @type {Record<string, string>} */
    const files = { 'ca.crt': read('ca.crt') };
    for (const [kind, hosts] of Object.entries(names)) {
      const [key, request, certificate] = [`${kind}.key`, `${kind}.csr`, `${kind}.crt`];
      const extensions = [
        `subjectAltName=${[...hosts, 'localhost'].map((host) => `DNS:${host}`).join(',')},IP:127.0.0.1`,
        // Members of NATS and of replica sets are each other's clients.
        'extendedKeyUsage=serverAuth,clientAuth',
      ];
      writeFileSync(join(folder, 'extensions'), extensions.join('\n'));
      openssl('req', ...newKey, '-subj', `/CN=${kind}`, '-keyout', key, '-out', request);
      const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions', '-days', days];
      openssl('x509', '-req', '-in', request, ...signing, '-out', certificate);
      files[certificate] = read(certificate);
      files[key] = read(key);
      files[`${kind}.pem`] = read(certificate) + read(key);
    }
    return files;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The address of a server that requires TLS. @param {string} url */
export const withTls = (url) => {
  if (url.startsWith('mongodb://')) return `${url}&tls=true`;
  return url.replace(/^nats:/, 'tls:').replace(/^redis:/, 'rediss:');
};
