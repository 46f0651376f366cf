// Replaces next-env.d.ts, which exists only after a build.
/// <reference types="next" />
