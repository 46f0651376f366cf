import { expect, test } from '@jest/globals';
import { freePorts } from './free-ports.ts';

test('When the ports to choose from are reserved, then only the others are returned', async () => {
  const [free = 0] = await freePorts(1);
  const reserved = Array.from({ length: 65_536 }, (_, port) => port).filter((port) => port !== free);
  expect(await freePorts(1, reserved)).toEqual([free]);
});
