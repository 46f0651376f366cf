import type { RequestHandler } from 'express';

export const signOutRoute: RequestHandler = (req, res) => {
  req.session = null;
  res.send({});
};
