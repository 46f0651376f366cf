/** Headers of a response that no cache may keep: it is for one user, or for this moment. */
export const neverCached = { 'Cache-Control': 'private, no-store' } as const;
