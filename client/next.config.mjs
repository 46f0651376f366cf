import { fileURLToPath } from 'node:url';

/** @type {import('next').NextConfig} */
export default {
  // For the image: everything that the server needs, and nothing else, in one folder.
  ...(process.env.STANDALONE === '1'
    ? { output: 'standalone', outputFileTracingRoot: fileURLToPath(new URL('..', import.meta.url)) }
    : {}),
  // The shapes of requests and responses are sources of other workspaces.
  transpilePackages: ['auth', 'common', 'orders', 'payments', 'tickets'].map((name) => `@ticketing/${name}`),
  poweredByHeader: false,
  reactStrictMode: true,
  // The types are checked for the whole repository at once, by `npm run typecheck`.
  typescript: { ignoreBuildErrors: true },
  // Streamed metadata would put the title where a reader without JavaScript does not get it.
  htmlLimitedBots: /.*/,
  agentRules: false,
};
