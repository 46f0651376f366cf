import { request } from 'undici';

/** The status with which the service at this address says whether it can respond to requests; undefined without a response. */
export const readiness = async (url: string): Promise<number | undefined> => {
  try {
    const response = await request(`${url}/readyz`, { headersTimeout: 2_000, bodyTimeout: 2_000 });
    await response.body.dump();
    return response.statusCode;
  } catch {
    return undefined;
  }
};

export const isReady = async (url: string): Promise<boolean> => (await readiness(url)) === 200;
