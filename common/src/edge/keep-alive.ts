/**
 * How long servers keep idle connections. Whatever stands in front must close them first, or it sends a request into a
 * connection that is being closed. Google's load balancer keeps its connections for 600 s, which cannot be changed.
 *
 * @see https://cloud.google.com/load-balancing/docs/https#timeouts_and_retries
 */
export const keepAliveMs = 620_000;
