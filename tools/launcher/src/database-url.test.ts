import { expect, test } from '@jest/globals';
import { databaseUrl } from './database-url.ts';

test.each([
  ['mongodb://127.0.0.1:27017/?replicaSet=rs0', 'mongodb://127.0.0.1:27017/orders?replicaSet=rs0'],
  ['mongodb://127.0.0.1:27017', 'mongodb://127.0.0.1:27017/orders'],
  ['mongodb://a:1,b:2/test?replicaSet=x', 'mongodb://a:1,b:2/orders?replicaSet=x'],
  ['mongodb+srv://me:p%40ss@cluster.example', 'mongodb+srv://me:p%40ss@cluster.example/orders'],
  ['mongodb://me:secret@a:1/users?tls=true', 'mongodb://me:secret@a:1/orders?tls=true&authSource=users'],
  ['mongodb://me:secret@a:1/users?authSource=admin', 'mongodb://me:secret@a:1/orders?authSource=admin'],
])('When the server is %s, then the database of orders is %s', (url, expected) => {
  expect(databaseUrl(url, 'orders')).toBe(expected);
});
