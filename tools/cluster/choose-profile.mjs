import process from 'node:process';

// skaffold runs it on a Google cluster when no profile is chosen.

process.stderr
  .write(`This context is a Google cluster, and no profile of skaffold is chosen. docs/deploy.md has the details.
  development: skaffold dev --default-repo REGISTRY
  production:  skaffold run -p gcp --default-repo REGISTRY
`);
process.exit(1);
