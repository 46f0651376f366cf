import { marker } from '../data-dir.mjs';

/** What every process may need of the machine's own environment; nothing else of it is handed on. */
const handedOn = [
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
];

/** The environment of a process of this launcher; undefined entries are left out. */
export const childEnvironment = (
  env: NodeJS.ProcessEnv,
  dataDir: string,
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> => {
  const all: [string, string | undefined][] = [
    ...handedOn.map((name): [string, string | undefined] => [name, env[name]]),
    ...Object.entries(own),
    [marker, dataDir],
  ];
  return Object.fromEntries(
    all.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );
};
