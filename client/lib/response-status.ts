import { AsyncLocalStorage } from 'node:async_hooks';

// In Next, a page can set its status only by throwing, and a page that has thrown is empty until its JavaScript runs.
// Pages therefore call setStatus; server.mjs makes the response available to it while Next renders.

interface Response {
  statusCode: number;
}

declare global {
  /** Global, because server.mjs and Next's build of the pages each load their own instance of this module. */
  var renderedResponse: AsyncLocalStorage<Response> | undefined;
}

const responses = (): AsyncLocalStorage<Response> => (globalThis.renderedResponse ??= new AsyncLocalStorage());

/** Runs a request's handler so that the pages it renders can set the response's status. */
export const withResponse = <Result>(response: Response, handle: () => Result): Result =>
  responses().run(response, handle);

/** Sets the status of the page being rendered. Has no effect once its first byte is sent. */
export const setStatus = (status: 404 | 503): void => {
  const response = responses().getStore();
  if (response !== undefined) response.statusCode = status;
};
