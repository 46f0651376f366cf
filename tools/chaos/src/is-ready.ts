import { request } from 'undici';

/** Whether the service at this address can respond to requests. */
export const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await request(`${url}/readyz`);
    await response.body.dump();
    return response.statusCode === 200;
  } catch {
    return false;
  }
};
