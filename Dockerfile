# One image for both production processes: the API (the default command) and the worker (node dist/src/worker.js).
#
# Debian, not Alpine: Temporal's native library is built only for glibc.

FROM node:24.19.0-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM base AS build
RUN --mount=type=cache,target=/var/cache/npm npm ci --cache /var/cache/npm
COPY tsconfig.json tsconfig.build.json ./
COPY deploy/build.mjs deploy/
COPY src src
COPY workflows workflows
COPY activities activities
COPY packages/dodo-offer packages/dodo-offer
RUN npm run build

FROM base AS dependencies
RUN --mount=type=cache,target=/var/cache/npm npm ci --omit=dev --cache /var/cache/npm
# PGlite, the embedded ledger of `npm start`, is an ordinary dependency so that `npm ci && npm start` always works. No
# production process loads it (test/deploy/modules.test.ts).
RUN rm -r node_modules/@electric-sql
# Built code needs neither the loader of TypeScript nor the bundler of the offer component.
RUN rm -r node_modules/tsx node_modules/esbuild node_modules/@esbuild node_modules/.bin
# Temporal's native library comes for five platforms, 27 MB each, and with its sources. The image needs only one of
# them; loading it proves that it is the right one.
RUN cd node_modules/@temporalio/core-bridge \
  && find releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} + \
  && rm -r sdk-core \
  && node --eval "require('@temporalio/core-bridge')"

FROM node:24.19.0-bookworm-slim AS runtime
ENV NODE_ENV=production
ENV NODE_OPTIONS=--enable-source-maps
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY deploy/health deploy/health
# The example catalog. Mount yours over it, or set CATALOG to another file.
COPY package.json offers.yaml ./

# The user "node" of the base image, by number so that an orchestrator can tell it is not root. It owns no files here.
USER 1000:1000
EXPOSE 3000
STOPSIGNAL SIGTERM
# The check of the API. A worker has its own: deploy/health/worker.mjs.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["node", "deploy/health/api.mjs", "/healthz"]
CMD ["node", "dist/src/server.js"]
