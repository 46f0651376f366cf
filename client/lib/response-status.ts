import { AsyncLocalStorage } from 'node:async_hooks';

// Next lets a page choose its status only by throwing, and a page that has thrown is empty until its JavaScript runs.
// So a page says its status here, and server.mjs puts it on the response before Next begins to send.

interface Response {
  statusCode: number;
}

declare global {
  /** On the global object, since server.mjs and Next's build of the pages each load this module for themselves. */
  var responseBeingMade: AsyncLocalStorage<Response> | undefined;
}

const responses = (): AsyncLocalStorage<Response> => (globalThis.responseBeingMade ??= new AsyncLocalStorage());

/** Runs a request's handler so that whatever it calls can set the response's status. */
export const withResponse = <Result>(response: Response, handle: () => Result): Result =>
  responses().run(response, handle);

/** The status of the page that is being made. Has no effect once its first byte is sent. */
export const setStatus = (status: 404 | 503): void => {
  const response = responses().getStore();
  if (response !== undefined) response.statusCode = status;
};
