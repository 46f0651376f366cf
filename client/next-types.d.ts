// What next-env.d.ts would bring, without needing a build first.
/// <reference types="next" />
