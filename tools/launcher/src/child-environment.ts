import { marker } from '../data-dir.mjs';

/** The only variables of our own environment that child processes inherit. */
const inherited = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'NODE_OPTIONS',
];

/** The environment of a child process; undefined and empty variables are left out. */
export const childEnvironment = (
  env: NodeJS.ProcessEnv,
  dataDir: string,
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> => {
  const all: [string, string | undefined][] = [
    ...inherited.map((name): [string, string | undefined] => [name, env[name]]),
    ...Object.entries(own),
    [marker, dataDir],
  ];
  return Object.fromEntries(
    all.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );
};
