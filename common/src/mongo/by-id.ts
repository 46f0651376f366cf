/**
 * The index of `_id`, as a hint for writes whose filter has conditions beside the id: without it MongoDB also plans with the
 * indexes that these conditions allow.
 */
export const byId = { _id: 1 } as const;
