/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  // The types are checked for the whole repository at once, by `npm run typecheck`.
  typescript: { ignoreBuildErrors: true },
  // Streamed metadata would put the title where a reader without JavaScript does not get it.
  htmlLimitedBots: /.*/,
  agentRules: false,
};
