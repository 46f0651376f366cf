import { fileURLToPath } from 'node:url';

/** @type {import('next').NextConfig} */
export default {
  // For the image: one folder with only what the server needs.
  ...(process.env.STANDALONE === '1'
    ? { output: 'standalone', outputFileTracingRoot: fileURLToPath(new URL('..', import.meta.url)) }
    : {}),
  // The shapes of requests and responses are sources of other workspaces.
  transpilePackages: ['auth', 'common', 'orders', 'payments', 'tickets'].map((name) => `@ticketing/${name}`),
  // Of a form with the file of a ticket, as in lib/form-room.ts.
  experimental: { serverActions: { bodySizeLimit: '6mb' } },
  // Browsers ask for it where a page names no icon, or no longer does.
  rewrites: async () => [{ source: '/favicon.ico', destination: '/icon.svg' }],
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run typecheck` checks the whole repository.
  typescript: { ignoreBuildErrors: true },
  // Streamed metadata would put the title where a browser without JavaScript does not find it.
  htmlLimitedBots: /.*/,
  agentRules: false,
};
