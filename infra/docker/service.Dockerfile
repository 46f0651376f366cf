# The image of a service, the watchdog, the Stripe sandbox or the mailbox: --build-arg WORKSPACE=orders (or tools/mailbox).
# The first stage is identical in both Dockerfiles, so that Docker builds it once.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc infra/docker/write-manifests.mjs ./
RUN node write-manifests.mjs
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund

# For `skaffold dev`: runs the sources and restarts when one changes. A restart interrupts requests and events in
# progress, as a crash does.
FROM packages AS dev
ARG WORKSPACE
ARG PORT=3000
ENV NODE_ENV=production HOST=0.0.0.0 PORT=$PORT WORKSPACE=$WORKSPACE
COPY tools/launcher/run-sources.mjs tools/launcher/
COPY --chown=node:node common common
COPY --chown=node:node ${WORKSPACE} ${WORKSPACE}
USER 1000:1000
EXPOSE $PORT
ENTRYPOINT ["node"]
CMD ["tools/launcher/run-sources.mjs"]

FROM packages AS build
ARG WORKSPACE
COPY tools/launcher tools/launcher
COPY common common
COPY ${WORKSPACE} ${WORKSPACE}
RUN node tools/launcher/src/build-bundle.ts "$(basename ${WORKSPACE})" && mv ${WORKSPACE}/dist /bundle
# The files that bundles find by their path, with their licences: typefaces of receipts, and WebAssembly that reads files.
RUN mkdir /assets && if grep -q dejavu-fonts-ttf /bundle/index.mjs; then cd node_modules && cp --parents \
      dejavu-fonts-ttf/LICENSE dejavu-fonts-ttf/package.json dejavu-fonts-ttf/ttf/DejaVuSans.ttf dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf \
      @embedpdf/fonts-*/LICENSE @embedpdf/fonts-*/package.json @embedpdf/fonts-*/dist/index.cjs @embedpdf/fonts-*/fonts/*-Regular.otf \
      /assets; fi
RUN if ls /bundle/inspect-process.mjs > /dev/null 2>&1; then cd node_modules && cp --parents \
      zxing-wasm/LICENSE zxing-wasm/package.json zxing-wasm/dist/reader/zxing_reader.wasm zxing-wasm/dist/writer/zxing_writer.wasm \
      @embedpdf/pdfium/LICENSE* @embedpdf/pdfium/package.json @embedpdf/pdfium/dist/pdfium.wasm \
      /assets; fi

FROM node:24-bookworm-slim
ARG PORT=3000
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=$PORT
COPY --from=build /assets ./node_modules
COPY --from=build /bundle/*.mjs /bundle/*.mjs.map ./
# Native code stays outside the bundles (`external` in tools/launcher/src/build/build.ts); auth uses it.
COPY --from=packages /app/node_modules/@node-rs ./node_modules/@node-rs
USER 1000:1000
EXPOSE $PORT
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "index.mjs"]
