# The first stage is identical in both Dockerfiles, so that Docker builds it once.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc infra/docker/write-manifests.mjs ./
RUN node write-manifests.mjs
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund

# The inputs of the site's build: its own sources, and the request and response shapes of other workspaces.
FROM packages AS sources
COPY tsconfig.base.json ./
COPY common/package.json common/
COPY common/src/calendar common/src/calendar
COPY common/src/edge common/src/edge
COPY common/src/errors common/src/errors
COPY common/src/events common/src/events
COPY common/src/money common/src/money
COPY common/src/time common/src/time
COPY auth/package.json auth/
COPY auth/src/routes/*-shape.ts auth/src/routes/
COPY orders/package.json orders/
COPY orders/src/routes/*-shape.ts orders/src/routes/
COPY payments/package.json payments/
COPY payments/src/routes/*-shape.ts payments/src/routes/
COPY tickets/package.json tickets/
COPY tickets/src/routes/*-shape.ts tickets/src/routes/
COPY --chown=node:node client client

# For `skaffold dev`: Next serves the sources and applies changes to open pages.
FROM sources AS dev
ENV NODE_ENV=development HOST=0.0.0.0 PORT=3000 NEXT_TELEMETRY_DISABLED=1
# Next writes files next to the sources.
RUN chown node:node client
USER 1000:1000
EXPOSE 3000
ENTRYPOINT ["node"]
CMD ["client/server.mjs"]

FROM sources AS build
ENV NEXT_TELEMETRY_DISABLED=1 STANDALONE=1
WORKDIR /app/client
RUN --mount=type=cache,target=/app/client/.next/cache ../node_modules/.bin/next build

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 NEXT_TELEMETRY_DISABLED=1 STANDALONE=1
COPY --from=build /app/client/.next/standalone ./
COPY --from=build /app/client/.next/static client/.next/static
COPY --from=build /app/client/server.mjs client/
COPY --from=build /app/client/lib client/lib
# The server needs it itself; Next's output contains it within the pages only.
COPY --from=build /app/node_modules/lru-cache node_modules/lru-cache
COPY --from=build /app/common/package.json common/
COPY --from=build /app/common/src/edge common/src/edge
COPY --from=build /app/common/src/money common/src/money
USER 1000:1000
EXPOSE 3000
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PROBE_PORT || process.env.PORT) + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "client/server.mjs"]
