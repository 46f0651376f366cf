import type { RequestHandler } from 'express';

/** Who the caller is, or null: an answer, no refusal. It is the caller's own and never kept by a cache. */
export const currentUserRoute: RequestHandler = (req, res) => {
  res.set('Cache-Control', 'no-store').send({ currentUser: req.currentUser ?? null });
};
