import { expect, test } from '@jest/globals';
import express from 'express';
import { once } from 'node:events';
import { requireWellFormed, verifyUtf8 } from './well-formed.ts';

test.each([
  [String.raw`{"a":"é \u0000 \\d"}`, 'utf-8', false],
  [String.raw`{"a":"\ud83d\ude00"}`, 'utf-8', true],
  [String.raw`{"a":"\uD83D\uDE00"}`, 'utf-8', true],
  ['{"a":"b"}', 'utf-16le', true],
] as const)(
  'When the body is %s in %s, then its values are checked one by one: %j',
  async (text, charset, expected) => {
    let isChecked = false;
    const app = express();
    app.use(express.json({ verify: verifyUtf8 }), (req, _res, next) => {
      req.body = {
        get value() {
          isChecked = true;
          return '';
        },
      };
      next();
    });
    app.post('/', requireWellFormed, (_req, res) => void res.json({}));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no address');
    const response = await fetch(`http://127.0.0.1:${address.port}/`, {
      method: 'POST',
      headers: { 'Content-Type': `application/json; charset=${charset}` },
      body: new Uint8Array(Buffer.from(text, charset)),
    });
    expect(response.status).toBe(200);
    expect(isChecked).toBe(expected);
    server.close();
  },
);
